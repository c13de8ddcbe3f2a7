import StateJournal

/// A piece of work that is done as often as fits into a round.
final class WorkContender: Contender {
  private let work: () throws -> Int
  private let end: () throws -> Void

  /// - Parameters:
  ///   - work: returns how much of something it did (entries, bytes); the rate counts these.
  ///   - end: what follows after the last round.
  init(_ work: @escaping () throws -> Int, finally end: @escaping () throws -> Void = {}) {
    (self.work, self.end) = (work, end)
  }

  func run(round: Int, seconds: Double) throws -> Sample {
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var count = 0
    var now = begin
    repeat {
      count += try work()
      now = MonotonicClock.now
    } while now < deadline
    return Sample(perSecond: Double(count) * 1e9 / Double(now - begin))
  }

  func finish() throws { try end() }
}
