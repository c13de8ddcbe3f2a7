import FileIO
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the output of a job goes: to a file without a name, of which the end is shown when the job
/// fails; or to our standard error.
struct JobOutput: ~Copyable {
  private static let shownByteCount = 4 << 10

  private let file: Int32?

  init(isShown: Bool) throws(SystemCallFailure) {
    if isShown {
      file = nil
      return
    }
    let directory = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = (directory + "/journal-torture-XXXXXX").utf8CString.map { $0 }
    let file = unsafe mkstemp(&template)
    if file < 0 { throw SystemCallFailure("create a file in \(directory)") }
    _ = unsafe unlink(template)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    // Descendants of several lives may write at the same time.
    _ = fcntl(file, F_SETFL, O_APPEND)
    self.file = file
  }

  deinit { if let file { _ = close(file) } }

  /// What a job is started with.
  var files: StandardFiles {
    StandardFiles(output: file ?? STDERR_FILENO, errors: file ?? STDERR_FILENO)
  }

  /// Forgets what earlier lives wrote.
  func clear() { if let file { _ = ftruncate(file, 0) } }

  /// The end of what the last life wrote, as a text of its own lines; empty when there is nothing.
  var ending: String {
    guard let file else { return "" }
    let end = lseek(file, 0, SEEK_END)
    let start = max(0, end - off_t(Self.shownByteCount))
    var bytes = [UInt8](repeating: 0, count: Int(end - start))
    let count = unsafe pread(file, &bytes, bytes.count, start)
    guard count > 0 else { return "" }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
