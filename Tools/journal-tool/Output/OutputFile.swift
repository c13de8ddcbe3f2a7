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
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Self.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno != EINTR { throw failure(path, errno) }
      rest = rest.dropFirst(max(count, 0))
    }
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

  private static func failure(_ path: String, _ number: Int32) -> ToolFailure {
    let place = Shell.quoted(directory(of: path))
    if number == ENOENT {
      return ToolFailure(
        .notFound, "\(path) could not be written: there is no directory to make it in",
        next: "mkdir -p \(place)")
    }
    let isFull = number == ENOSPC || number == EDQUOT
    return ToolFailure(
      isFull ? .diskFull : .failed,
      "\(path) could not be written: \(unsafe String(cString: strerror(number)))",
      next: isFull ? "df -h \(place)" : "ls -ld \(place) \(Shell.quoted(path))")
  }
}
