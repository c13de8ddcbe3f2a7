import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that somebody asked for, outside of any store.
enum OutputFile {
  /// Writes a text to a file, which is made or replaced; `-` is standard output.
  static func write(
    _ text: String, to path: String, _ invocation: Invocation
  ) throws(ToolFailure) {
    if path == "-" {
      invocation.console.output.write(text)
      return
    }
    // What has a name of its own is whole, and what was there before stays until then. What is no file
    // (a pipe, a link) cannot be replaced.
    let unfinished = isFileOrNothing(path) ? JournalRescue.unfinishedName(of: path) : path
    if unfinished != path { Interruption.sweeps(unfinished) }
    let descriptor = unsafe open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path, errno) }
    var error: Int32 = 0
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty, error == 0 {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Self.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno != EINTR { error = errno }
      rest = rest.dropFirst(max(count, 0))
    }
    // Some file systems say only here that the disk is full.
    if close(descriptor) != 0, error == 0 { error = errno }
    if error == 0, unfinished != path, unsafe rename(unfinished, path) != 0 { error = errno }
    guard error != 0 else { return }
    if unfinished != path { _ = unsafe unlink(unfinished) }
    throw failure(path, error)
  }

  private static func isFileOrNothing(_ path: String) -> Bool {
    var facts = stat()
    guard unsafe lstat(path, &facts) == 0 else { return errno == ENOENT }
    return facts.st_mode & S_IFMT == S_IFREG
  }

  private static func write(
    _ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int
  ) -> Int {
    #if canImport(Darwin)
      unsafe Darwin.write(descriptor, bytes, count)
    #elseif canImport(Glibc)
      unsafe Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
      unsafe Musl.write(descriptor, bytes, count)
    #endif
  }

  /// The directory that a path lies in.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func failure(_ path: String, _ code: Int32) -> ToolFailure {
    failure("\(path) could not be written", at: path, code)
  }

  /// Why a file could not be made or written.
  static func failure(_ message: String, at path: String, _ code: Int32) -> ToolFailure {
    let reason =
      code == ENOENT
      ? "there is no directory to make it in" : unsafe String(cString: strerror(code))
    return ToolFailure(
      code == ENOENT ? .notFound : code == ENOSPC || code == EDQUOT ? .diskFull : .failed,
      "\(message): \(reason)", next: NextCommand.after(code, writing: path))
  }
}
