import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A directory of files in memory that can only be read: what decoders are given to read from,
/// hundreds of thousands of times a second.
final class MemoryDirectory: Directory {
  let path = "fuzz"
  private let files: [String: [UInt8]]

  init(_ files: [String: [UInt8]]) { self.files = files }

  func list() throws(IOFailure) -> [String] { Array(files.keys) }

  func undecodableNameCount() throws(IOFailure) -> Int { 0 }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    guard let bytes = files[name] else { throw IOFailure(.open, path: name, code: ENOENT) }
    guard case .read = access else { throw IOFailure(.open, path: name, code: EROFS) }
    return MemoryFile(path: "\(path)/\(name)", bytes)
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) {
    throw IOFailure(.rename, path: name, code: EROFS)
  }

  func remove(_ name: String) throws(IOFailure) {
    throw IOFailure(.remove, path: name, code: EROFS)
  }

  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    throw IOFailure(.open, path: name, code: ENOENT)
  }

  func sync() throws(IOFailure) { throw IOFailure(.syncDirectory, path: path, code: EROFS) }

  func availableByteCount() throws(IOFailure) -> Int64 { 0 }
}

/// A file of a ``MemoryDirectory``.
private final class MemoryFile: File {
  let path: String
  private let bytes: [UInt8]

  init(path: String, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  func read(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int {
    guard offset >= 0 else { throw IOFailure(.read, path: path, code: EINVAL) }
    let start = Int(min(offset, Int64(bytes.count)))
    let count = min(range.count, bytes.count - start)
    unsafe bytes.withUnsafeBytes { source in
      unsafe buffer.withUnsafeMutableBytes { target in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[range]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[start..<(start + count)]))
      }
    }
    return count
  }

  func write(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) -> Int {
    throw IOFailure(.write, path: path, code: EROFS)
  }

  func identity() throws(IOFailure) -> FileIdentity {
    throw IOFailure(.identify, path: path, code: ENOTSUP)
  }

  func byteCount() throws(IOFailure) -> Int64 { Int64(bytes.count) }

  func truncate(to byteCount: Int64) throws(IOFailure) {
    throw IOFailure(.truncate, path: path, code: EROFS)
  }

  func sync() throws(IOFailure) { throw IOFailure(.sync, path: path, code: EROFS) }

  func tryLock(byteAt offset: Int64) throws(IOFailure) -> Bool {
    throw IOFailure(.lock, path: path, code: EROFS)
  }

  func unlock(byteAt offset: Int64) throws(IOFailure) {}

  func isLocked(byteAt offset: Int64) throws(IOFailure) -> Bool { false }

  func close() throws(IOFailure) {}
}
