import CWriteOut

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One open regular file of this machine.
final class POSIXFile: File {
  /// The most that one call asks of the kernel. Linux takes up to 2 GiB less a page; Darwin
  /// refuses anything above 2 GiB outright.
  private static let maximumTransferByteCount = 1 << 30

  let path: String
  private let descriptor: Descriptor

  /// Takes ownership of an open descriptor.
  init(path: String, owning number: Int32) {
    self.path = path
    descriptor = Descriptor(owning: number)
  }

  /// Refuses what is no regular file: reading from a pipe may hang, and from a device may do
  /// anything.
  func checkRegular() throws(IOFailure) {
    let kind = try status(.open).st_mode & S_IFMT
    if kind == S_IFDIR { throw IOFailure(.open, path: path, code: EISDIR) }
    if kind != S_IFREG { throw IOFailure(.open, path: path, code: EINVAL) }
  }

  func read(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= buffer.count, "read outside of the buffer")
    let number = descriptor.number
    let count = min(range.count, Self.maximumTransferByteCount)
    return try unsafe buffer.withUnsafeMutableBufferPointer { bytes throws(IOFailure) in
      let destination = unsafe UnsafeMutableBufferPointer(rebasing: bytes[range])
      return try systemCall(.read, path: path) {
        unsafe pread(number, destination.baseAddress, count, off_t(offset))
      }
    }
  }

  func write(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) -> Int {
    let number = descriptor.number
    let count = min(bytes.count, Self.maximumTransferByteCount)
    return try unsafe bytes.withUnsafeBytes { source throws(IOFailure) in
      try systemCall(.write, path: path) {
        unsafe pwrite(number, source.baseAddress, count, off_t(offset))
      }
    }
  }

  func mapForStoring(_ range: Range<Int64>) throws(IOFailure) -> (any FileMapping)? {
    try POSIXMapping.ifSafe(range, of: descriptor, path: path)
  }

  func identity() throws(IOFailure) -> FileIdentity {
    let status = try status(.identify)
    // Signed on Darwin: the bits are what matters.
    return FileIdentity(
      device: UInt64(truncatingIfNeeded: status.st_dev),
      inode: UInt64(truncatingIfNeeded: status.st_ino))
  }

  func byteCount() throws(IOFailure) -> Int64 { Int64(try status(.size).st_size) }

  func startOfData(from offset: Int64) -> Int64? {
    do throws(IOFailure) {
      // It moves the descriptor's own position, which nothing here uses.
      return try Int64(
        systemCall(.read, path: path) {
          lseek(descriptor.number, off_t(offset), seekData)
        })
    } catch {
      // The file ends before there is any; or nobody can tell, and then all of it is to be read.
      return error.code == ENXIO ? nil : offset
    }
  }

  func truncate(to byteCount: Int64) throws(IOFailure) {
    _ = try systemCall(.truncate, path: path) { ftruncate(descriptor.number, off_t(byteCount)) }
  }

  func sync() throws(IOFailure) { try descriptor.makeDurable(.sync, path: path) }

  func writeOut(_ range: Range<Int64>, waiting: Bool) throws(IOFailure) {
    let number = descriptor.number
    try Self.hint(waiting: waiting) { waits throws(IOFailure) in
      _ = try systemCall(.writeOut, path: path, retriesInterrupted: !waits) {
        journal_write_out(number, range.lowerBound, Int64(range.count), waits ? 1 : 0)
      }
    }
  }

  /// Makes a call that is a hint, and fails where more than the hint did.
  static func hint(
    waiting: Bool, _ call: (_ waits: Bool) throws(IOFailure) -> Void
  ) throws(IOFailure) {
    do throws(IOFailure) {
      try call(waiting)
    } catch {
      // No such call, not for this kind of file, or forbidden by a sandbox: then there is no hint.
      guard [ENOSYS, EINVAL, ESPIPE, EPERM, ENOTSUP].contains(error.code) else { throw error }
      if !waiting { return }
      // Or a write to the device failed with just that number. Who waits is told of it and nobody
      // after him, so a sync would succeed about pages that are lost. Who does not wait is not told:
      // where he is refused as well, it was the call.
      do throws(IOFailure) {
        try call(false)
      } catch let second {
        if second.code == error.code { return }
      }
      throw error
    }
  }

  func close() throws(IOFailure) {
    let code = descriptor.close()
    if code != 0 { throw IOFailure(.close, path: path, code: code) }
  }

  private func status(_ operation: IOFailure.Operation) throws(IOFailure) -> stat {
    var status = stat()
    _ = try systemCall(operation, path: path) { unsafe fstat(descriptor.number, &status) }
    return status
  }
}

extension POSIXFile {
  func tryLock(byteAt offset: Int64) throws(IOFailure) -> Bool {
    do throws(IOFailure) {
      _ = try control(OpenFileLock.set, F_WRLCK, byteAt: offset)
      return true
    } catch  where error.code == EAGAIN || error.code == EACCES {
      return false
    }
  }

  func unlock(byteAt offset: Int64) throws(IOFailure) {
    _ = try control(OpenFileLock.set, F_UNLCK, byteAt: offset)
  }

  func isLocked(byteAt offset: Int64) throws(IOFailure) -> Bool {
    try control(OpenFileLock.get, F_WRLCK, byteAt: offset).l_type != Int16(F_UNLCK)
  }

  /// Asks the kernel about, or for, the lock on one byte. `l_pid` stays 0, as these locks demand.
  private func control(
    _ command: Int32, _ kind: some BinaryInteger, byteAt offset: Int64
  ) throws(IOFailure) -> flock {
    var lock = flock()
    lock.l_type = Int16(kind)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = off_t(offset)
    lock.l_len = 1
    _ = try systemCall(.lock, path: path) { unsafe fcntl(descriptor.number, command, &lock) }
    return lock
  }
}

/// What asks `lseek` for the next bytes that are no hole, which not every Swift module imports
/// (`lseek(2)`).
#if canImport(Darwin)
  private let seekData: Int32 = 4
#else
  private let seekData: Int32 = 3
#endif

/// The commands of open-file-description locks, which no Swift module imports (`fcntl(2)`).
///
/// Classic record locks belong to the process: a second open in the same process would be granted
/// the lock again, and closing *any* descriptor of the file would drop it.
private enum OpenFileLock {
  #if canImport(Darwin)
    static let set: Int32 = 90
    static let get: Int32 = 92
  #else
    static let set: Int32 = 37
    static let get: Int32 = 36
  #endif
}
