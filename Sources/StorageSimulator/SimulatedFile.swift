import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One open file of a simulated machine.
final class SimulatedFile: File {
  /// No file grows beyond this: it is all kept in memory.
  private static let maximumByteCount: Int64 = 1 << 32
  /// Mappings begin at multiples of this.
  private static let pageByteCount: Int64 = 4096

  let path: String
  private let node: NodeNumber
  private let handle: Machine.Handle
  private let isWritable: Bool
  private let system: SimulatedFileSystem

  init(
    path: String, node: NodeNumber, handle: Machine.Handle, isWritable: Bool,
    in system: SimulatedFileSystem
  ) {
    self.path = path
    self.node = node
    self.handle = handle
    self.isWritable = isWritable
    self.system = system
  }

  // Not an operation that anybody asked for: neither counted nor struck by a fault.
  deinit { system.machine.withLock { $0.close(handle) } }

  func read(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= buffer.count, "read outside of the buffer")
    let bytes = try perform(.read, offset: offset, byteCount: range.count) {
      machine, allowance throws(IOFailure) in
      if offset < 0 { throw failure(.read, EINVAL) }
      guard let content = machine.disk.files[node]?.content, offset < content.count else {
        return ArraySlice<UInt8>()
      }
      return content[Int(offset)...].prefix(min(range.count, allowance.byteCount))
    }
    let target = range.lowerBound..<(range.lowerBound + bytes.count)
    buffer.replaceSubrange(target, with: bytes)
    return bytes.count
  }

  func write(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) -> Int {
    let copy = Self.copy(bytes)
    return try perform(.write, offset: offset, byteCount: bytes.count) {
      machine, allowance throws(IOFailure) in
      if !isWritable { throw failure(.write, EBADF) }
      if offset < 0 { throw failure(.write, EINVAL) }
      if offset > Self.maximumByteCount - Int64(copy.count) { throw failure(.write, EFBIG) }
      if copy.isEmpty { return 0 }
      machine.noteWrite(of: copy, at: Int(offset), to: node)
      let count = min(
        copy.count, allowance.byteCount, machine.room(for: copy.count, at: offset, in: node))
      if count == 0 {
        // Nothing was left of the disk, or else a fault asked for a write that takes nothing.
        if allowance.byteCount > 0 { throw failure(.write, ENOSPC) }
        return 0
      }
      machine.disk.files[node]?.write(Array(copy[..<count]), at: Int(offset))
      machine.noteChange()
      return count
    }
  }

  func mapForStoring(_ range: Range<Int64>) throws(IOFailure) -> (any FileMapping)? {
    let canMap = try perform(.map) { machine, _ throws(IOFailure) in
      if !isWritable { throw failure(.map, EACCES) }
      if range.isEmpty || range.lowerBound % Self.pageByteCount != 0 {
        throw failure(.map, EINVAL)
      }
      return machine.mapsFiles
    }
    return canMap ? SimulatedMapping(range, of: self) : nil
  }

  /// What ``SimulatedMapping`` stores. The disk may take a page while it is being stored into, so a
  /// sector can hold any beginning of the new bytes: they come in several writes.
  func store(
    _ bytes: Span<UInt8>, at offset: Int64, within range: Range<Int64>
  ) throws(IOFailure) {
    let copy = Self.copy(bytes)
    try perform(.store, offset: offset, byteCount: bytes.count) {
      machine, allowance throws(IOFailure) in
      let (end, isHuge) = offset.addingReportingOverflow(Int64(copy.count))
      let size = Int64(machine.disk.files[node]?.content.count ?? 0)
      // Past the end of the file, a real process would be killed by a signal.
      guard !isHuge, offset >= range.lowerBound, end <= min(range.upperBound, size) else {
        throw failure(.store, EFAULT)
      }
      let count = min(copy.count, allowance.byteCount)
      guard count > 0 else { return }
      let split = Int.random(in: 0..<count, using: &machine.generator)
      for part in [0..<split, split..<count] where !part.isEmpty {
        machine.disk.files[node]?.write(Array(copy[part]), at: Int(offset) + part.lowerBound)
      }
      machine.noteChange()
    }
  }

  private static func copy(_ bytes: Span<UInt8>) -> [UInt8] {
    unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
  }

  func identity() throws(IOFailure) -> FileIdentity {
    // There is one disk. The number of a node is never given to another.
    try perform(.identify) { _, _ in FileIdentity(device: 1, inode: UInt64(node)) }
  }

  func byteCount() throws(IOFailure) -> Int64 {
    try perform(.size) { machine, _ in Int64(machine.disk.files[node]?.content.count ?? 0) }
  }

  func truncate(to byteCount: Int64) throws(IOFailure) {
    try perform(.truncate, offset: byteCount) { machine, _ throws(IOFailure) in
      if !isWritable || byteCount < 0 { throw failure(.truncate, EINVAL) }
      if byteCount > Self.maximumByteCount { throw failure(.truncate, EFBIG) }
      let old = machine.disk.files[node]?.content.count ?? 0
      if byteCount > old {
        let count = Int(byteCount) - old
        if machine.room(for: count, at: Int64(old), in: node) < count {
          throw failure(.truncate, ENOSPC)
        }
      }
      if byteCount < old { machine.isFull = false }
      if byteCount == old { return }
      machine.disk.files[node]?.resize(to: Int(byteCount))
      machine.noteChange()
    }
  }

  func sync() throws(IOFailure) {
    try perform(.sync) { machine, allowance throws(IOFailure) in
      let hasChanges = machine.disk.files[node]?.unsynced.isEmpty == false
      if hasChanges {
        if let fate = allowance.failedSync {
          machine.disk.files[node]?.failSync(fate)
          machine.noteFailedSync(of: node, by: handle)
        } else {
          machine.disk.files[node]?.sync()
        }
        machine.noteChange()
      }
      if machine.takeFailedSync(of: handle) { throw failure(.sync, EIO) }
    }
  }

  func writeOut(_ range: Range<Int64>, waiting: Bool) throws(IOFailure) {
    // Whatever is not synced may be on the disk or not, so there is nothing to change.
    try perform(.writeOut, offset: range.lowerBound, byteCount: range.count) { _, _ in }
  }

  func close() throws(IOFailure) {
    let wasOpen = system.machine.withLock { $0.openFiles[handle] != nil || $0.isStopped }
    guard wasOpen else { return }
    // The file is closed also when that fails: the descriptor is gone in any case.
    defer { system.machine.withLock { $0.close(handle) } }
    try system.perform(.init(.close, path)) { _, _ in }
  }

  private func perform<Result: Sendable>(
    _ kind: IOFailure.Operation, offset: Int64? = nil, byteCount: Int? = nil,
    _ body: (inout Machine, Machine.Allowance) throws(IOFailure) -> Result
  ) throws(IOFailure) -> Result {
    let operation = SimulatedFileSystem.Operation(
      kind, path, offset: offset, byteCount: byteCount)
    return try system.perform(operation) { machine, allowance throws(IOFailure) in
      if machine.openFiles[handle] == nil { throw failure(kind, EBADF) }
      return try body(&machine, allowance)
    }
  }

  private func failure(_ kind: IOFailure.Operation, _ code: Int32) -> IOFailure {
    IOFailure(kind, path: path, code: code)
  }
}

extension SimulatedFile {
  func tryLock(byteAt offset: Int64) throws(IOFailure) -> Bool {
    try perform(.lock, offset: offset) { machine, _ throws(IOFailure) in
      if !isWritable { throw failure(.lock, EBADF) }
      if offset < 0 { throw failure(.lock, EINVAL) }
      let byte = Machine.LockedByte(node: node, offset: offset)
      if let owner = machine.locks[byte], owner != handle { return false }
      machine.locks[byte] = handle
      return true
    }
  }

  func unlock(byteAt offset: Int64) throws(IOFailure) {
    try perform(.lock, offset: offset) { machine, _ throws(IOFailure) in
      if offset < 0 { throw failure(.lock, EINVAL) }
      let byte = Machine.LockedByte(node: node, offset: offset)
      if machine.locks[byte] == handle { machine.locks[byte] = nil }
    }
  }

  func isLocked(byteAt offset: Int64) throws(IOFailure) -> Bool {
    try perform(.lock, offset: offset) { machine, _ throws(IOFailure) in
      if offset < 0 { throw failure(.lock, EINVAL) }
      let owner = machine.locks[Machine.LockedByte(node: node, offset: offset)]
      return owner != nil && owner != handle
    }
  }
}

extension Machine {
  /// How many of `count` bytes at `offset` the disk has room for: those within the file are there
  /// already, the others (and a gap before them) need space.
  fileprivate func room(for count: Int, at offset: Int64, in node: NodeNumber) -> Int {
    let size = Int64(disk.files[node]?.content.count ?? 0)
    let end = size.addingReportingOverflow(availableByteCount)
    return Int(min(max((end.overflow ? .max : end.partialValue) - offset, 0), Int64(count)))
  }
}
