import FileIO
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that takes the room of a small file system, and gives it back.
struct Ballast {
  private let path: String
  /// It never takes more: a mistaken directory must not fill a disk that others need.
  private let maximumByteCount: Int64

  init(path: String, maximumByteCount: Int64) {
    self.path = path
    self.maximumByteCount = maximumByteCount
  }

  /// Takes all room but about so many bytes.
  func fill(leaving room: Int64) throws(SystemCallFailure) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    if file < 0 { throw SystemCallFailure("open \(path)") }
    defer { _ = close(file) }
    var facts = stat()
    if unsafe fstat(file, &facts) != 0 { throw SystemCallFailure("size of \(path)") }
    var end = Int64(facts.st_size)
    var step = Int64(1) << 20
    while step >= 4 << 10 {
      let free = try Self.availableByteCount(path) - room
      guard free >= step, end + step <= maximumByteCount else {
        step /= 2
        continue
      }
      switch Self.reserve(file, from: end, byteCount: step) {
      case 0: end += step
      case ENOSPC: step /= 2
      case EINTR: continue
      case let code: throw SystemCallFailure("fill \(path)", code: code)
      }
    }
  }

  /// Gives all room back.
  func free() throws(SystemCallFailure) {
    if unsafe unlink(path) != 0, errno != ENOENT { throw SystemCallFailure("remove \(path)") }
  }

  /// Bytes that are free on the file system of a path.
  static func availableByteCount(_ path: String) throws(SystemCallFailure) -> Int64 {
    var facts = statvfs()
    if unsafe statvfs(path, &facts) != 0 { throw SystemCallFailure("free space of \(path)") }
    return Int64(facts.f_bavail) * Int64(facts.f_frsize)
  }

  /// Bytes that a file system has in all.
  static func totalByteCount(_ path: String) throws(SystemCallFailure) -> Int64 {
    var facts = statvfs()
    if unsafe statvfs(path, &facts) != 0 { throw SystemCallFailure("size of \(path)") }
    return Int64(facts.f_blocks) * Int64(facts.f_frsize)
  }

  /// Returns 0 or the error number.
  private static func reserve(_ file: Int32, from offset: Int64, byteCount: Int64) -> Int32 {
    #if canImport(Darwin)
      // Darwin has no call that is sure to reserve; zeros do.
      let zeros = [UInt8](repeating: 0, count: Int(byteCount))
      return unsafe pwrite(file, zeros, zeros.count, offset) == zeros.count ? 0 : ENOSPC
    #else
      return posix_fallocate(file, off_t(offset), off_t(byteCount))
    #endif
  }
}
