import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a verb reads besides stores: a file that was named, or standard input.
struct Input {
  private static let maximumByteCount = 1 << 30

  /// What to call it in messages.
  let name: String
  private let path: String?

  /// Whether the word is JSON, where the name of a file belongs.
  var isJSON: Bool { path?.hasPrefix("{") ?? false || path?.hasPrefix("[") ?? false }

  /// Whether there is nothing to be read a second time.
  var isStandardInput: Bool { path == nil }

  /// - Parameter word: a path; `-` or nothing is standard input.
  init(_ word: String?) {
    path = word == "-" ? nil : word
    name = path ?? "standard input"
  }

  /// All of it.
  ///
  /// - Throws: a failure that names it: not found (3), not readable, or longer than 1 GiB.
  func read() throws(ToolFailure) -> [UInt8] {
    if path == "" {
      throw ToolFailure(
        .usage, "the name of the file to read is empty: is a variable not set?",
        next: "journal-tool --help")
    }
    var descriptor = STDIN_FILENO
    if let path {
      descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure(errno) }
    }
    defer { if path != nil { close(descriptor) } }
    if path == nil, isatty(descriptor) == 1 {
      // Somebody who forgot the file would wait for the tool, and the tool for them.
      OutputDescriptor.tell("journal-tool: reading from the terminal; Ctrl-D ends it\n")
    }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe systemRead(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno) }
      if count == 0 { return content }
      content.append(contentsOf: buffer[..<count])
      guard content.count <= Self.maximumByteCount else {
        throw ToolFailure(
          .failed, "\(name) has more than 1 GiB, which no commit holds; import it in parts",
          next: "journal-tool help import")
      }
    }
  }

  private func failure(_ number: Int32) -> ToolFailure {
    ToolFailure(
      number == ENOENT ? .notFound : .failed,
      "\(name) cannot be read: \(unsafe String(cString: strerror(number)))",
      next: path.map { path in
        [ENOENT, ENAMETOOLONG, ENOTDIR, ELOOP].contains(number)
          ? NextCommand.lookAbove(path) : "ls -ld \(Shell.quoted(path))"
      } ?? "journal-tool --help")
  }
}

/// `read` under a name that a method called `read` does not hide.
private func systemRead(
  _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int
) -> Int {
  unsafe read(descriptor, buffer, count)
}
