import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A text in a private file of its own, in somebody's editor.
struct EditorDraft {
  let path: String
  private let original: [UInt8]

  /// Writes the text to a new file that only its owner can read.
  init(_ text: String) throws(ToolFailure) {
    let directory = Environment.value("TMPDIR") ?? "/tmp"
    var template = Array((directory + "/journal-tool-XXXXXX.json").utf8CString)
    let descriptor = unsafe mkstemps(&template, 5)
    let path = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0 else {
      throw OutputFile.failure("a file for the editor cannot be made", at: path, errno)
    }
    defer { close(descriptor) }
    self.path = path
    Interruption.sweeps(path)
    original = Array(text.utf8)
    var rest = original[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        remove()
        throw OutputFile.failure("\(path) cannot be written", at: path, code)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Runs the editor and waits for it. Ctrl-C is the editor's meanwhile, as people know it from
  /// `git commit` and `crontab -e`: some do not end by it.
  ///
  /// - Parameters:
  ///   - command: what was typed, for the message.
  ///   - nextCommand: what to run for the text, where an interruption leaves it.
  func edit(_ command: String, nextCommand: String) throws(ToolFailure) {
    let editor =
      [Environment.value("VISUAL"), Environment.value("EDITOR")]
      .compactMap(\.self).first { !$0.isEmpty } ?? "vi"
    // Through a shell, because people put options into these variables. It outlives Ctrl-C as well,
    // and says what the editor made of it.
    let words = [
      "/bin/sh", "-c", "trap : INT QUIT; \(editor) \"$1\"", "journal-tool", path,
    ]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { for index in words.indices { unsafe free(arguments[index]) } }
    var process: pid_t = 0
    var error: Int32 = 0
    var status: Int32 = 0
    Interruption.isLeftToOthers {
      error = unsafe posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ)
      if error == 0 { while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {} }
      Interruption.keeps(path, nextCommand: nextCommand)
    }
    guard error != 0 || status != 0 else { return }
    let signal = status & 0x7F
    if signal == SIGINT || status >> 8 == ExitCode.interrupted.rawValue {
      guard try text() != original else {
        remove()
        throw ToolFailure(.interrupted, "interrupted; nothing was committed", next: command)
      }
      throw ToolFailure(.interrupted, Interruption.kept(path), next: nextCommand)
    }
    // What the shell says of a command that is not there, or is none.
    let wasRun = error == 0 && status >> 8 != 127 && status >> 8 != 126
    let reason =
      !wasRun
      ? "cannot be run; set EDITOR"
      : "failed with " + (signal != 0 ? "signal \(signal)" : "exit code \(status >> 8)")
    let failure = ToolFailure(
      .failed, "the editor (\(editor)) \(reason); nothing was committed",
      next: "EDITOR=nano \(command)")
    guard try text() != original else {
      remove()
      throw failure
    }
    throw kept(failure, failure.message)
  }

  /// What has been saved.
  func text() throws(ToolFailure) -> [UInt8] { try Input(path).read() }

  func remove() { _ = unsafe unlink(path) }

  /// A failure after which the text is kept, and says where.
  func kept(_ failure: ToolFailure, _ message: String) -> ToolFailure {
    var failure = failure
    failure.message = message + "; your text is in \(path)"
    return failure
  }
}
