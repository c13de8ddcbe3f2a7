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
  /// Writes a text to a file, which is made or replaced with the mode it had; `-` is standard output.
  /// What is no file takes it as it comes; a directory is refused.
  static func write(
    _ text: String, to path: String, _ invocation: Invocation
  ) throws(ToolFailure) {
    if path == "-" {
      invocation.console.output.write(text)
      return
    }
    var facts = stat()
    guard unsafe stat(path, &facts) == 0 else {
      guard errno == ENOENT else { throw failure(path, errno) }
      // A link that leads nowhere yet is followed, as a shell does that writes to it.
      return try replace(Link.end(of: path), by: text, mode: nil, for: path)
    }
    if isStandardOutput(facts) { return invocation.console.output.write(text) }
    switch facts.st_mode & S_IFMT {
    case S_IFREG:
      try replace(Link.end(of: path), by: text, mode: facts.st_mode & 0o7777, for: path)
    case S_IFDIR: throw failure(path, EISDIR)
    // A pipe, a terminal: there is nothing to replace.
    default: try fill(path, with: text, for: path)
    }
  }

  /// Makes a file under a name that nobody else has, and gives it its own when it is whole: what was
  /// there before stays until then.
  ///
  /// - Parameter mode: that of the file which is replaced; `nil` for a new one.
  private static func replace(
    _ target: String, by text: String, mode: mode_t?, for path: String
  ) throws(ToolFailure) {
    let unfinished = PathText.parent(of: target) + "/" + PathText.unfinishedName()
    Interruption.sweeps(unfinished)
    // Until it has the mode of the old one, nobody reads it who may not read that.
    let descriptor = unsafe open(
      unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
      mode == nil ? 0o666 : 0o600)
    guard descriptor >= 0 else { throw failure(path, errno, at: target) }
    var error: Int32 = 0
    if let mode, fchmod(descriptor, mode) != 0 { error = errno }
    if error == 0 { error = write(text, to: descriptor) }
    // Some file systems say only here that the disk is full.
    if close(descriptor) != 0, error == 0 { error = errno }
    if error == 0, unsafe rename(unfinished, target) != 0 { error = errno }
    guard error != 0 else { return }
    _ = unsafe unlink(unfinished)
    throw failure(path, error, at: target)
  }

  /// Writes into what is there.
  private static func fill(
    _ target: String, with text: String, for path: String
  ) throws(ToolFailure) {
    let descriptor = unsafe open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, errno) }
    var error = write(text, to: descriptor)
    if close(descriptor) != 0, error == 0 { error = errno }
    if error != 0 { throw failure(path, error) }
  }

  /// Writes all of a text; the error that kept it from that, or 0.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Self.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno != EINTR { return errno }
      rest = rest.dropFirst(max(count, 0))
    }
    return 0
  }

  /// Whether standard output leads there, by a name such as `/dev/stdout`: what is in it already
  /// stays, as in a file that a shell appends to.
  private static func isStandardOutput(_ facts: stat) -> Bool {
    var output = stat()
    return unsafe fstat(STDOUT_FILENO, &output) == 0
      && output.st_dev == facts.st_dev && output.st_ino == facts.st_ino
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

  private static func failure(
    _ path: String, _ code: Int32, at place: String? = nil
  ) -> ToolFailure {
    failure("\(path) could not be written", at: place ?? path, code)
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
