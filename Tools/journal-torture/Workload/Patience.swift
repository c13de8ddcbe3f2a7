import FileIO
import JournalEngine
import StateJournal
import ToolSupport

/// Waits for room on a full disk, so that the same update is tried again with the same handle.
struct Patience {
  /// How long the disk may be full, in nanoseconds: longer than any test leaves it so.
  private static let limit: Int64 = 120_000_000_000

  private let isPatient: Bool
  private var begin: Int64?

  init(_ isPatient: Bool) { self.isPatient = isPatient }

  /// Says that an update was refused, and waits a moment.
  ///
  /// - Throws: the error itself unless it says that nothing was committed for lack of room, and when
  ///   there has been none for too long.
  mutating func wait(
    after error: StateError, of number: UInt64, _ acknowledgements: Acknowledgements
  ) throws(TortureFailure) {
    let failure = TortureFailure(error)
    guard isPatient, failure.kind == .full else { throw failure }
    let begin = begin ?? MonotonicClock.now
    self.begin = begin
    if MonotonicClock.now - begin > Self.limit { throw failure }
    try acknowledgements.reportRefusal(of: number)
    Nap.take(for: 2_000_000)
  }

  /// An update was made: there is room again.
  mutating func renew() { begin = nil }
}
