import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A process of our own whose standard output we read. Whoever lets go of it without
/// ``awaitEnd()`` ends it: a process that nobody waits for stays in the table of processes, and in
/// the way of others who wait for theirs.
package struct ChildProcess: ~Copyable {
  /// How a process ended.
  package enum End: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  /// What waiting for output brought.
  package enum Output: Equatable, Sendable {
    case bytes([UInt8])
    case end
    case nothingInTime
  }

  /// This program itself: the file that runs, even if another one has taken its name since.
  package static var ownExecutable: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      CommandLine.arguments.first ?? ""
    #endif
  }

  private let process: pid_t
  private let output: Int32

  /// Starts a program with its output going to us and its input empty.
  ///
  /// - Parameter arguments: those behind the program's name.
  package init(_ executable: String, _ arguments: [String]) throws(SystemCallFailure) {
    var ends: [Int32] = [-1, -1]
    if unsafe pipe(&ends) != 0 { throw SystemCallFailure("pipe") }
    // Otherwise the child would hold both ends itself, and its output would never end.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { _ = close(ends[1]) }
    var process: pid_t = 0
    let code = spawn(executable, arguments, output: ends[1], &process)
    if code != 0 {
      _ = close(ends[0])
      throw SystemCallFailure("start \(executable)", code: code)
    }
    self.process = process
    output = ends[0]
  }

  deinit {
    _ = close(output)
    _ = kill(process, SIGKILL)
    _ = try? Self.reap(process)
  }

  /// Waits for output until `deadline` on the monotonic clock, in nanoseconds.
  package func read(until deadline: Int64) throws(SystemCallFailure) -> Output {
    while true {
      let remaining = deadline - MonotonicClock.now
      var request = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      // Whole milliseconds: the rest, if any, is waited for by looking again and again.
      let ready = unsafe poll(&request, 1, Int32(clamping: max(remaining, 0) / 1_000_000))
      if ready < 0, errno != EINTR { throw SystemCallFailure("poll") }
      if ready > 0 {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Self.read(output, &buffer)
        if count < 0 { throw SystemCallFailure("read from a process") }
        buffer.removeLast(buffer.count - count)
        return count == 0 ? .end : .bytes(buffer)
      }
      if remaining <= 0 { return .nothingInTime }
    }
  }

  /// All output up to its end; nil when that has not come by `deadline`.
  package func readToEnd(until deadline: Int64) throws(SystemCallFailure) -> [UInt8]? {
    var bytes: [UInt8] = []
    while true {
      switch try read(until: deadline) {
      case .bytes(let more): bytes += more
      case .end: return bytes
      case .nothingInTime: return nil
      }
    }
  }

  /// Ends the process as a crash does: at once, with no chance to clean up.
  package func crash() { _ = kill(process, SIGKILL) }

  /// Returns how the process ended, when it has.
  package consuming func awaitEnd() throws(SystemCallFailure) -> End {
    let process = process
    _ = close(output)
    discard self
    let status = try Self.reap(process)
    // The lower seven bits hold the signal, the byte above them the exit code (`wait(2)`).
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }

  private static func reap(_ process: pid_t) throws(SystemCallFailure) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      if errno != EINTR { throw SystemCallFailure("waitpid") }
    }
    return status
  }

  private static func read(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
    while true {
      #if canImport(Darwin)
        let count = unsafe Darwin.read(descriptor, &buffer, buffer.count)
      #elseif canImport(Glibc)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      #elseif canImport(Musl)
        let count = unsafe Musl.read(descriptor, &buffer, buffer.count)
      #endif
      if count >= 0 || errno != EINTR { return count }
    }
  }
}

/// Starts a process; returns 0 or the error number.
private func spawn(
  _ executable: String, _ arguments: [String], output: Int32, _ process: inout pid_t
) -> Int32 {
  #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
  #else
    var actions = unsafe posix_spawn_file_actions_t()
  #endif
  var code = unsafe posix_spawn_file_actions_init(&actions)
  if code != 0 { return code }
  defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
  code = unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
  if code != 0 { return code }
  code = unsafe posix_spawn_file_actions_addopen(
    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  if code != 0 { return code }
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
  code = unsafe posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  if code != 0 { return code }
  let words = unsafe ([executable] + arguments).map { unsafe strdup($0) }
  defer { for index in unsafe words.indices { unsafe free(words[index]) } }
  return unsafe posix_spawn(&process, executable, &actions, &attributes, words + [nil], environ)
}
