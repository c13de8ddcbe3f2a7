import StateJournal
import Synchronization

/// What threads that change one storage have begun and what they were told, and the laws that hold
/// for every state that anybody reads meanwhile or recovers afterwards.
final class ThreadLedger: Sendable {
  static let source = "shared"
  static let bank = "bank"
  static let total: Int64 = 100

  /// What is known about one number that only grows.
  struct Progress: Sendable {
    var begun: Int64 = 0
    var acknowledged: Int64 = 0
  }

  private let progress = Mutex<[String: Progress]>([:])

  /// Notes that a stream's number is about to grow.
  func begin(_ stream: String) {
    progress.withLock { $0[stream, default: Progress()].begun += 1 }
  }

  /// Notes that it has grown, and to what at least.
  func acknowledge(_ stream: String) {
    progress.withLock { $0[stream, default: Progress()].acknowledged += 1 }
  }

  /// What every stream's number is at least, before a read.
  var acknowledged: [String: Int64] { progress.withLock { $0.mapValues(\.acknowledged) } }

  /// What is wrong with a state that was read after `acknowledged` was asked for; nil when it is
  /// right.
  func violation(
    in state: SourceState, bank: SourceState, after acknowledged: [String: Int64]
  ) -> String? {
    let begun = progress.withLock { $0.mapValues(\.begun) }
    for (stream, most) in begun {
      let value = state.streams[stream]?.number ?? 0
      let least = acknowledged[stream] ?? 0
      if value < least || value > most {
        return "\(stream) is \(value), of \(least) acknowledged and \(most) begun"
      }
    }
    let sum = bank.streams.reduce(0) { $0 + ($1.value.number ?? 0) }
    return bank.isEmpty || sum == Self.total ? nil : "the bank holds \(sum)"
  }

  /// Goes on from what was recovered: what was begun and is not there never comes.
  func restart(from state: SourceState) {
    progress.withLock { progress in
      for stream in progress.keys {
        let value = state.streams[stream]?.number ?? 0
        progress[stream] = Progress(begun: value, acknowledged: value)
      }
    }
  }
}

extension StateObject {
  /// The number that the tests with threads keep in an object.
  var number: Int64? {
    if case .int(let value)? = self["n"] { value } else { nil }
  }
}
