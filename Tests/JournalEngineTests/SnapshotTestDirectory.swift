import FileIO
import Synchronization

/// Files as byte arrays that tests may read and change at will, with a record of what was done.
final class SnapshotTestDirectory: Directory {
  struct Content {
    var files: [String: [UInt8]] = [:]
    var operations: [String] = []
    var writeFailure: Int32?
    var unreadable: ClosedRange<Int64>?
  }

  let content = Mutex(Content())
  let path = "/snapshots"

  subscript(name: String) -> [UInt8] {
    get { content.withLock { $0.files[name] ?? [] } }
    set { content.withLock { $0.files[name] = newValue } }
  }

  var operations: [String] { content.withLock { $0.operations } }

  /// Makes every write fail with an error number.
  func failWrites(_ code: Int32) { content.withLock { $0.writeFailure = code } }

  /// Makes reads of a byte fail with EIO.
  func makeUnreadable(_ offset: Int64) { content.withLock { $0.unreadable = offset...offset } }

  func list() throws(IOFailure) -> [String] { content.withLock { Array($0.files.keys) } }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    let failure: Int32? = content.withLock {
      if access == .createNew {
        if $0.files[name] != nil { return 17 }
        $0.files[name] = []
      }
      return $0.files[name] == nil ? 2 : nil
    }
    if let failure { throw IOFailure(.open, path: "\(path)/\(name)", code: failure) }
    return SnapshotTestFile(directory: self, name: name)
  }

  func remove(_ name: String) throws(IOFailure) {
    content.withLock { $0.files[name] = nil }
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) { throw unused(.rename) }
  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    throw unused(.open)
  }
  func sync() throws(IOFailure) { throw unused(.syncDirectory) }
  func availableByteCount() throws(IOFailure) -> Int64 { throw unused(.space) }

  /// Snapshots have no need of this operation.
  func unused(_ operation: IOFailure.Operation) -> IOFailure {
    IOFailure(operation, path: path, code: 38)
  }
}

final class SnapshotTestFile: File {
  let directory: SnapshotTestDirectory
  let name: String
  var path: String { "\(directory.path)/\(name)" }

  init(directory: SnapshotTestDirectory, name: String) {
    self.directory = directory
    self.name = name
  }

  func read(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int {
    let (bytes, unreadable) = directory.content.withLock { ($0.files[name] ?? [], $0.unreadable) }
    if let unreadable, unreadable.overlaps(offset...(offset + Int64(range.count))) {
      throw IOFailure(.read, path: path, code: 5)
    }
    let count = max(0, min(range.count, bytes.count - Int(offset)))
    let start = Int(offset)
    buffer.replaceSubrange(
      range.lowerBound..<(range.lowerBound + count), with: bytes[start..<(start + count)])
    return count
  }

  func write(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) -> Int {
    if let code = directory.content.withLock({ $0.writeFailure }) {
      throw IOFailure(.write, path: path, code: code)
    }
    let copy = bytes.indices.map { bytes[$0] }
    directory.content.withLock {
      $0.operations.append("write \(copy.count)")
      precondition($0.files[name]?.count == Int(offset), "snapshots are written front to back")
      $0.files[name]? += copy
    }
    return copy.count
  }

  func byteCount() throws(IOFailure) -> Int64 { Int64(directory[name].count) }
  func sync() throws(IOFailure) { directory.content.withLock { $0.operations.append("sync") } }
  func close() throws(IOFailure) { directory.content.withLock { $0.operations.append("close") } }

  func truncate(to byteCount: Int64) throws(IOFailure) { throw directory.unused(.truncate) }
  func tryLock(byteAt offset: Int64) throws(IOFailure) -> Bool { throw directory.unused(.lock) }
  func unlock(byteAt offset: Int64) throws(IOFailure) { throw directory.unused(.lock) }
  func isLocked(byteAt offset: Int64) throws(IOFailure) -> Bool { throw directory.unused(.lock) }
}
