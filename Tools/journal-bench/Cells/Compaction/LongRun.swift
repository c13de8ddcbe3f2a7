import StateJournal
import Synchronization
import ToolSupport

/// Many updates with the compactions that they cause: bytes written per byte of update.
struct LongRun {
  /// What came of one.
  struct Outcome {
    var updatesPerSecond = 0.0
    var compactionCount = 0
    /// The log and the snapshots, for each byte of keys and values.
    var writtenPerByte = 0.0
    /// What system calls wrote, and which pages became dirty; nil where that cannot be told.
    var calledPerByte: Double?
    var dirtiedPerByte: Double?
    /// How many files the state lay in, after each compaction.
    var fileCounts = Rounds()
    /// Of streams at random, from the files that the run left.
    var readsPerSecond = 0.0
  }

  private let shape: LoadShape
  private let updateCount: Int
  /// Whose updates: where they go follows from that.
  var writer: UInt64 = 1
  var options: JournalOptions

  init(_ shape: LoadShape, updateCount: Int) {
    var shape = shape
    shape.isSynced = false
    (self.shape, self.updateCount) = (shape, updateCount)
    options = shape.journalOptions
  }

  private final class Written: Sendable {
    struct State {
      var byteCount: Int64 = 0
      /// The first and last commits of the files that the state lies in.
      var files: [ClosedRange<LogSequenceNumber>] = []
      var fileCounts = Rounds()
      var failure: String?
    }

    let state = Mutex(State())

    func note(_ event: JournalEvent) {
      state.withLock { state in
        switch event {
        case .compacted(let report):
          let range = report.after...report.through
          state.byteCount += report.byteCount
          state.files.removeAll {
            $0.lowerBound >= range.lowerBound && $0.upperBound <= range.upperBound
          }
          state.files.append(range)
          state.fileCounts.add(Double(state.files.count))
        case .compactionFailed(let error): state.failure = "\(error)"
        default: break
        }
      }
    }
  }

  func run(in workplace: Workplace) throws -> Outcome {
    StandardStream.note("compact: \(updateCount) updates", by: "journal-bench")
    let directory = try workplace.newDirectory()
    let written = Written()
    var options = options
    options.onEvent = { written.note($0) }
    let store = try EngineStore(opening: directory, shape: shape, options: options)
    let before = ProcessCounters.now
    let begin = MonotonicClock.now
    var access = store.access()
    for index in 0..<UInt64(updateCount) {
      let number = UpdateNumber(writer: writer, index: index)
      try access.update(number.stream(of: shape.streamCount), to: number)
    }
    let seconds = Double(MonotonicClock.now - begin) / 1e9
    // The last compaction counts as well, and this waits for it.
    _ = try store.compact(isFull: false)
    let spent = ProcessCounters.now.since(before)
    let payload = Double(updateCount) * Double(StreamKey.byteCount + shape.valueByteCount)
    let found = written.state.withLock { $0 }
    if let failure = found.failure { throw BenchFailure(failure) }
    var outcome = Outcome()
    outcome.updatesPerSecond = Double(updateCount) / seconds
    outcome.compactionCount = found.fileCounts.count
    outcome.writtenPerByte =
      (Double(store.statistics.writtenByteCount) + Double(found.byteCount)) / payload
    outcome.calledPerByte = spent.writeCallByteCount.map { $0 / payload }
    outcome.dirtiedPerByte = spent.diskByteCount.map { $0 / payload }
    outcome.fileCounts = found.fileCounts
    outcome.readsPerSecond = try readsPerSecond(store)
    try store.close()
    try verify(directory)
    try workplace.remove(directory)
    return outcome
  }

  private func readsPerSecond(_ store: EngineStore) throws -> Double {
    // No more than there are updates: a short run is to be short as a whole.
    let count = min(100_000, updateCount)
    var access = store.access()
    let begin = MonotonicClock.now
    for index in 0..<UInt64(count) {
      let number = UpdateNumber(writer: 2, index: index)
      _ = try access.number(of: number.stream(of: shape.streamCount))
    }
    return Double(count) / (Double(MonotonicClock.now - begin) / 1e9)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    let found = try run(in: workplace)
    let name =
      "\(TextTable.grouped(Double(updateCount))) updates of "
      + "\(TextTable.grouped(Double(shape.streamCount))) streams"
    var figures = [
      Figure("\(name), rate", .perSecond, Rounds([found.updatesPerSecond])),
      Figure("compactions on the way", .count, Rounds([Double(found.compactionCount)])),
      Figure("files that a cold read may have to ask", .count, found.fileCounts),
      Figure(
        "written per byte of update, log and snapshots", .ratio, Rounds([found.writtenPerByte]),
        goal: .atMost(3, target: 9)),
    ]
    if let calls = found.calledPerByte {
      figures.append(
        Figure("written per byte of update, system calls", .ratio, Rounds([calls])))
    }
    if let disk = found.dirtiedPerByte {
      figures.append(
        Figure("written per byte of update, pages made dirty", .ratio, Rounds([disk])))
    }
    return figures
  }

  private func verify(_ directory: String) throws {
    let store = try EngineStore(opening: directory, shape: shape)
    var last = [UInt64?](repeating: nil, count: shape.streamCount)
    for index in 0..<UInt64(updateCount) {
      last[UpdateNumber(writer: writer, index: index).stream(of: shape.streamCount)] = index
    }
    var access = store.access()
    for (stream, index) in last.enumerated() {
      guard
        try access.number(of: stream) == index.map({ UpdateNumber(writer: writer, index: $0) })
      else {
        throw BenchFailure("stream \(stream) does not hold its last update after a long run")
      }
    }
    try store.close()
  }
}
