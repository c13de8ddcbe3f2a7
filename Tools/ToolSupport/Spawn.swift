#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a new process reads from and writes to, as open descriptors.
package struct StandardFiles: Sendable {
  /// Empty when nil.
  package var input: Int32?
  /// Ours when nil.
  package var output: Int32?
  /// Ours when nil.
  package var errors: Int32?

  package init(input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil) {
    self.input = input
    self.output = output
    self.errors = errors
  }

  /// A descriptor for what nobody is to read.
  package static func openNull() throws(SystemCallFailure) -> Int32 {
    let null = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
    if null < 0 { throw SystemCallFailure("open /dev/null") }
    return null
  }
}

/// Starts a process and returns its number.
///
/// - Parameter group: the process group to join, or 0 for one of its own; ours when nil.
func spawn(
  _ executable: String, _ arguments: [String], group: Int32?, _ files: StandardFiles
) throws(SystemCallFailure) -> pid_t {
  var process: pid_t = 0
  let code = spawn(executable, arguments, group: group, files, &process)
  if code != 0 { throw SystemCallFailure("start \(executable)", code: code) }
  return process
}

/// Returns 0 or the error number.
private func spawn(
  _ executable: String, _ arguments: [String], group: Int32?, _ files: StandardFiles,
  _ process: inout pid_t
) -> Int32 {
  #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
  #else
    var actions = unsafe posix_spawn_file_actions_t()
  #endif
  var code = unsafe posix_spawn_file_actions_init(&actions)
  if code != 0 { return code }
  defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
  code =
    if let input = files.input {
      unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
  if code != 0 { return code }
  for (descriptor, number) in [(files.output, STDOUT_FILENO), (files.errors, STDERR_FILENO)] {
    guard let descriptor else { continue }
    code = unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, number)
    if code != 0 { return code }
  }
  #if canImport(Darwin)
    var attributes: posix_spawnattr_t?
  #else
    var attributes = posix_spawnattr_t()
  #endif
  code = unsafe posix_spawnattr_init(&attributes)
  if code != 0 { return code }
  defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
  // The thread that calls may block signals, and this process ignores some; a new one begins as if
  // a shell had started it.
  var none = sigset_t()
  var ignored = sigset_t()
  _ = unsafe sigemptyset(&none)
  _ = unsafe sigemptyset(&ignored)
  for signal in [SIGPIPE, SIGXFSZ] { _ = unsafe sigaddset(&ignored, signal) }
  _ = unsafe posix_spawnattr_setsigmask(&attributes, &none)
  _ = unsafe posix_spawnattr_setsigdefault(&attributes, &ignored)
  var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
  if let group {
    _ = unsafe posix_spawnattr_setpgroup(&attributes, group)
    flags |= POSIX_SPAWN_SETPGROUP
  }
  code = unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
  if code != 0 { return code }
  let words = unsafe ([executable] + arguments).map { unsafe strdup($0) }
  defer { for index in unsafe words.indices { unsafe free(words[index]) } }
  return unsafe posix_spawnp(&process, executable, &actions, &attributes, words + [nil], environ)
}

/// Makes this process run another program instead; returns only when that fails.
package func replaceProcess(
  _ executable: String, _ arguments: [String]
) throws(SystemCallFailure) -> Never {
  let words = unsafe ([executable] + arguments).map { unsafe strdup($0) }
  defer { for index in unsafe words.indices { unsafe free(words[index]) } }
  _ = unsafe execvp(executable, words + [nil])
  throw SystemCallFailure("start \(executable)")
}
