import FileIO
import Foundation
import StorageSimulator
import Testing

/// The two file systems that have to keep one contract.
enum World: String, CaseIterable, CustomTestStringConvertible {
  case real
  case simulated

  var testDescription: String { rawValue }

  /// A fresh, empty place to work in.
  func makeScratch() throws -> Scratch {
    switch self {
    case .real: try Scratch(real: ())
    case .simulated: try Scratch(on: SimulatedFileSystem(seed: 1), path: "scratch")
    }
  }
}

/// An empty directory of either world that goes away with this object.
final class Scratch {
  let files: any FileSystem
  let path: String
  let directory: any Directory
  private let isReal: Bool

  /// A temporary directory of this machine.
  convenience init(real: Void) throws {
    let path = NSTemporaryDirectory() + "/file-io-" + UUID().uuidString
    try self.init(on: POSIXFileSystem(), path: path)
  }

  init(on files: any FileSystem, path: String) throws {
    self.files = files
    self.path = path
    isReal = files is POSIXFileSystem
    directory = try files.openDirectory(path, creating: true)
  }

  deinit { if isReal { try? FileManager.default.removeItem(atPath: path) } }

  /// Creates a file with this content.
  func write(_ bytes: [UInt8], to name: String) throws {
    let file = try directory.openFile(name, .createIfMissing)
    try file.truncate(to: 0)
    try file.writeFully(bytes.span, at: 0)
    try file.close()
  }

  func content(of name: String) throws -> [UInt8] { try directory.content(of: name) }
}

extension Directory {
  /// All bytes of a file.
  func content(of name: String) throws -> [UInt8] {
    try openFile(name, .read).content()
  }
}

extension File {
  /// All bytes of the file.
  func content() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: Int(try byteCount()))
    let count = try readFully(into: &buffer, range: buffer.indices, at: 0)
    #expect(count == buffer.count)
    return buffer
  }

  /// One byte, or nil beyond the end.
  func readByte(at offset: Int64) throws(IOFailure) -> UInt8? {
    var buffer: [UInt8] = [0]
    return try read(into: &buffer, range: 0..<1, at: offset) == 1 ? buffer[0] : nil
  }
}

/// The error number that `body` fails with; nil when it succeeds.
func code(_ body: () throws(IOFailure) -> Void) -> Int32? {
  do throws(IOFailure) {
    try body()
    return nil
  } catch {
    return error.code
  }
}
