import Synchronization

/// What happened, in order, as told by everybody who took part.
final class Trace: Sendable {
  private let lines = Mutex<[String]>([])

  func note(_ line: String) { lines.withLock { $0.append(line) } }

  var all: [String] { lines.withLock { $0 } }

  func count(of line: String) -> Int { all.count { $0 == line } }
}
