import FileIO
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A process of our own, whose standard output we may read. Whoever lets go of it without
/// ``awaitEnd()`` ends it: a process that nobody waits for stays in the table of processes, and in
/// the way of others who wait for theirs. Until then its number is given to nobody else, so that
/// signals go to it and never to a stranger.
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

  /// Held while descriptors are open that no other child may inherit, which would keep a pipe open
  /// for as long as that child lives.
  static let starting = Mutex(())

  private let process: pid_t
  /// Our end of the pipe; −1 when the output goes elsewhere.
  private let output: Int32

  /// Starts a program with its output going to us and its input empty.
  ///
  /// - Parameters:
  ///   - executable: a path, or a name to be looked for in `PATH`.
  ///   - arguments: those behind the program's name.
  ///   - group: the process group it is to belong to, if not ours.
  ///   - errors: an open descriptor for its standard error, if not ours.
  package init(
    _ executable: String, _ arguments: [String], group: Int32? = nil, errors: Int32? = nil
  ) throws(SystemCallFailure) {
    (process, output) = try Self.starting.withLock { _ throws(SystemCallFailure) in
      let ends = try Self.privatePipe()
      defer { _ = close(ends.writing) }
      do throws(SystemCallFailure) {
        let process = try spawn(
          executable, arguments, group: group,
          StandardFiles(output: ends.writing, errors: errors))
        return (process, ends.reading)
      } catch {
        _ = close(ends.reading)
        throw error
      }
    }
    if group != nil { endIfInterrupted() }
  }

  /// Starts a program whose output we do not read.
  package init(
    _ executable: String, _ arguments: [String], group: Int32?, files: StandardFiles
  ) throws(SystemCallFailure) {
    process = try Self.starting.withLock { _ throws(SystemCallFailure) in
      try spawn(executable, arguments, group: group, files)
    }
    output = -1
    if group != nil { endIfInterrupted() }
  }

  /// Ends the process when its group was ended by ``Interruption`` before it was in it.
  private func endIfInterrupted() {
    if Interruption.isAsked { crash() }
  }

  /// Takes over a process of ours, and our end of a pipe from it (−1 for none).
  init(process: pid_t, output: Int32) {
    self.process = process
    self.output = output
  }

  deinit {
    if output >= 0 { _ = close(output) }
    _ = kill(process, SIGKILL)
    _ = try? Self.reap(process)
  }

  /// A pipe that children do not inherit, unless it becomes one of their standard files. Called
  /// with ``starting`` held.
  static func privatePipe() throws(SystemCallFailure) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    if unsafe pipe(&ends) != 0 { throw SystemCallFailure("pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
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
  package func crash() { send(SIGKILL) }

  /// Sends a signal.
  package func send(_ signal: Int32) { _ = kill(process, signal) }

  /// Stops the process until ``resume()``, and returns when it stands still; false when it has
  /// ended instead.
  package func stop() throws(SystemCallFailure) -> Bool {
    send(SIGSTOP)
    return try Self.peek(process, WSTOPPED | WEXITED).code == CLD_STOPPED
  }

  /// Lets a stopped process go on.
  package func resume() { send(SIGCONT) }

  /// How the process has ended by `deadline` on the monotonic clock, in nanoseconds; nil when it has
  /// not. It is still there for ``awaitEnd()``.
  package func end(by deadline: Int64) throws(SystemCallFailure) -> End? {
    while true {
      let news = try Self.peek(process, WEXITED | WNOHANG)
      if news.code == CLD_EXITED { return .exited(news.status) }
      if news.code != 0 { return .killed(signal: news.status) }
      let remaining = deadline - MonotonicClock.now
      if remaining <= 0 { return nil }
      // There is no way to wait for an end and a deadline at once that every system has.
      Nap.take(atMost: remaining)
    }
  }

  /// Returns how the process ended, when it has.
  package consuming func awaitEnd() throws(SystemCallFailure) -> End {
    let process = process
    if output >= 0 { _ = close(output) }
    discard self
    let status = try Self.reap(process)
    // The lower seven bits hold the signal, the byte above them the exit code (`wait(2)`).
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }

  /// What became of a process, without taking the news from ``awaitEnd()``: a `CLD_` number, or 0
  /// for nothing yet, and the exit code or signal.
  private static func peek(
    _ process: Int32, _ options: Int32
  ) throws(SystemCallFailure) -> (code: Int32, status: Int32) {
    var info = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(process), &info, options | WNOWAIT) < 0 {
      if errno != EINTR { throw SystemCallFailure("waitid") }
    }
    #if canImport(Darwin)
      let status = unsafe info.si_status
    #elseif canImport(Glibc)
      let status = unsafe info._sifields._sigchld.si_status
    #elseif canImport(Musl)
      let status = unsafe info.__si_fields.__si_common.__second.__sigchld.si_status
    #endif
    return unsafe info.si_signo == 0 ? (0, 0) : unsafe (info.si_code, status)
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

extension ChildProcess.End: CustomStringConvertible {
  /// "exit code 3", "signal 9".
  package var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .killed(let signal): "signal \(signal)"
    }
  }
}
