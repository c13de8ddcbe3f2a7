import StateJournal
import Synchronization
import ToolSupport

/// A synced writer alone, and the same writer while everything is compacted over and over.
struct WriterBeside {
  private let shape: LoadShape
  private let roundCount: Int
  private let seconds: Double

  init(_ shape: LoadShape, roundCount: Int, seconds: Double) {
    var shape = shape
    shape.isSynced = true
    shape.compactsByItself = false
    (self.shape, self.roundCount, self.seconds) = (shape, roundCount, seconds)
  }

  /// Compacts on a thread of its own until it is told to stop.
  private final class Compactions: Sendable {
    private struct State {
      var isStopping = false
      var count = 0
      var failure: (any Error)?
    }

    private let state = Mutex(State())

    func run(_ store: EngineStore) {
      while state.withLock({ !$0.isStopping }) {
        do {
          _ = try store.compact(isFull: true, isForced: true)
          state.withLock { $0.count += 1 }
        } catch {
          return state.withLock { $0.failure = error }
        }
      }
    }

    func stop() { state.withLock { $0.isStopping = true } }

    var count: Int {
      get throws {
        let (count, failure) = state.withLock { ($0.count, $0.failure) }
        if let failure { throw failure }
        return count
      }
    }
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    let directory = try workplace.newDirectory()
    let store = try EngineStore(opening: directory, shape: shape)
    try store.fill(streamCount: shape.streamCount)
    try store.compact()
    var phases: [Verification.Phase] = [[UpdateNumber.filler: shape.streamCount]]
    var (quiet, busy) = (Race.Lane(), Race.Lane())
    var counts = Rounds()
    for round in 1...roundCount {
      StandardStream.note(
        "compact: a writer beside it, round \(round) of \(roundCount)", by: "journal-bench")
      var run = UpdateRun(streamCount: shape.streamCount)
      run.seconds = seconds
      run.firstWriter = UInt64(2 * round)
      let alone = try run.run(on: store)
      let compactions = Compactions()
      let thread = try OwnedThread(name: "compactions") { compactions.run(store) }
      run.firstWriter += 1
      let beside = try run.run(on: store)
      compactions.stop()
      thread.join()
      counts.add(Double(try compactions.count))
      quiet.add(Sample(alone))
      busy.add(Sample(beside))
      phases += [alone.counts, beside.counts]
    }
    try store.close()
    let reopened = try EngineStore(opening: directory, shape: shape)
    try Verification.check(reopened, streamCount: shape.streamCount, phases: phases)
    try reopened.close()
    try workplace.remove(directory)
    var rate = Figure("a synced writer beside it", .perSecond, busy.perSecond)
    rate.compare(to: "alone", quiet.perSecond, goal: .atLeast(0.7, target: 9))
    var p99 = Figure(
      "a synced writer beside it, 99th percentile", .microseconds, busy.p99Microseconds)
    p99.compare(to: "alone", quiet.p99Microseconds, goal: .atMost(3, target: 9))
    return [rate, p99, Figure("compactions in \(seconds) s beside it", .count, counts)]
  }
}
