import FileIO
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A group of processes that end together, and never outlive us.
///
/// Its leader is a guardian: a shell that waits for the end of a pipe whose other end only we hold,
/// and then kills the group with itself in it. The kernel closes our end however we die. As long as
/// the guardian has not been waited for, nobody else is given the number of the group, so that a
/// kill of the group cannot hit strangers, even when all others in it have ended.
package struct ProcessGroup: ~Copyable {
  /// The number of the group.
  package let identifier: Int32
  private let guardian: ChildProcess
  private let lifeline: Int32

  /// Makes a group with only the guardian in it. One at a time is ended by ``Interruption``.
  package init() throws(SystemCallFailure) {
    (identifier, lifeline) = try ChildProcess.starting.withLock { _ throws(SystemCallFailure) in
      let ends = try ChildProcess.privatePipe()
      defer { _ = close(ends.reading) }
      do throws(SystemCallFailure) {
        // Who signals its whole group, as a job may, must not end the guardian too.
        let guardian = try spawn(
          "/bin/sh", ["-c", "trap '' HUP INT QUIT TERM; read line; kill -KILL 0"], group: 0,
          StandardFiles(input: ends.reading))
        return (guardian, ends.writing)
      } catch {
        _ = close(ends.writing)
        throw error
      }
    }
    guardian = ChildProcess(process: identifier, output: -1)
    Interruption.group.store(identifier, ordering: .sequentiallyConsistent)
  }

  deinit {
    Interruption.group.store(0, ordering: .sequentiallyConsistent)
    kill()
    _ = close(lifeline)
  }

  /// Kills everybody in the group at once, the guardian included.
  package func kill() {
    #if canImport(Darwin)
      _ = Darwin.kill(-identifier, SIGKILL)
    #elseif canImport(Glibc)
      _ = Glibc.kill(-identifier, SIGKILL)
    #elseif canImport(Musl)
      _ = Musl.kill(-identifier, SIGKILL)
    #endif
  }

  /// Kills everybody in the group, and returns when all of them are gone with what they held open;
  /// false when that has not come to pass by `deadline`. Children of ours in it are for their owners
  /// to wait for.
  package func killAndWait(until deadline: Int64) -> Bool {
    while true {
      // Again and again: somebody may just have been starting a process.
      kill()
      if !hasLivingMembers { return true }
      if MonotonicClock.now >= deadline { return false }
      Nap.take()
    }
  }

  /// Whether a process in the group still runs. A process that was killed holds its files and locks
  /// until it is gone, which is some time after the signal; and only the parent can wait for it.
  private var hasLivingMembers: Bool {
    #if os(Linux)
      guard let processes = try? POSIXFileSystem().openDirectory("/proc", creating: false),
        let names = try? processes.list()
      else { return false }
      return names.contains { name in
        guard name.utf8.first.map({ UInt8(ascii: "1")...UInt8(ascii: "9") ~= $0 }) == true
        else { return false }
        var text = [UInt8](repeating: 0, count: 1 << 10)
        guard let process = try? processes.openDirectory(name, creating: false),
          let file = try? process.openFile("stat", .read),
          let count = try? file.read(into: &text, range: 0..<text.count, at: 0)
        else { return false }
        return Self.isLiving(in: identifier, stat: text[..<count])
      }
    #else
      return false
    #endif
  }

  /// Whether a line of `/proc/N/stat` is that of a process in a group that has not ended. A zombie
  /// with threads left is one whose first thread has ended before the others.
  private static func isLiving(in group: pid_t, stat: ArraySlice<UInt8>) -> Bool {
    // The name, in parentheses, may hold anything.
    guard let nameEnd = stat.lastIndex(of: UInt8(ascii: ")")) else { return false }
    let fields = stat[(nameEnd + 1)...].split(separator: UInt8(ascii: " ")).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard fields.count > 17, pid_t(fields[2]) == group else { return false }
    let isEnded = fields[0] == "Z" || fields[0] == "X"
    return !isEnded || Int(fields[17]).map { $0 > 1 } ?? false
  }
}
