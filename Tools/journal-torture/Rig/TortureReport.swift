import ToolSupport

/// What a crash test came to.
package struct TortureReport: Sendable {
  /// What is counted.
  package enum Event: String, Sendable, Hashable {
    case kills
    case checkKills = "kills of checks"
    case ends = "orderly ends"
    case writerStops = "stops of writers"
    case compactorStops = "stops of compactions"
    case terminations
    case fills
    case refusals = "refused updates"
    case reads
    case readerKills = "kills of readers"
    case compactions
    case lockedCompactions = "compactions refused as locked"
    case fullCompactions = "compactions refused as full"
    case compactorKills = "kills of compactions"
    case verifications
  }

  package let seed: UInt64
  /// What is told, also where it is zero.
  private let events: [Event]
  package var seconds: Int64 = 0
  private var counts: [Event: Int] = [:]
  /// Updates that the store holds, and acknowledgements seen; nil where nobody counts them.
  package var updateCount: UInt64?
  package var acknowledgementCount: UInt64 = 0
  package var violations: [String] = []
  /// What else there is to say, a line each.
  package var remarks: [String] = []
  /// The signal that ended the test early.
  package var signal: Int32?

  init(seed: UInt64, counting events: [Event]) {
    self.seed = seed
    self.events = events
  }

  package internal(set) subscript(event: Event) -> Int {
    get { counts[event, default: 0] }
    set { counts[event] = newValue }
  }

  /// One line of figures.
  package var summary: String {
    var parts = ["\(seconds) s"] + events.map { "\(self[$0]) \($0.rawValue)" }
    if let updateCount { parts += ["\(updateCount) updates", "\(acknowledgementCount) acks"] }
    return (parts + ["\(violations.count) violations"]).joined(separator: ", ")
  }

  /// The summary and what was found.
  package var text: String {
    var text = "seed \(seed): \(summary)\(signal == nil ? "" : " (interrupted)")\n"
    for violation in violations { text += "violation: \(violation)\n" }
    for remark in remarks { text += remark + "\n" }
    return text
  }

  package var exitCode: Int32 {
    violations.isEmpty
      ? signal.map { 128 + $0 } ?? 0 : TortureFailure.Kind.failed.rawValue
  }
}
