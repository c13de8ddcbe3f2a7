import StateJournal
import Synchronization
import ToolSupport

/// Many updates with the compactions that they cause: bytes written per byte of update.
struct LongRun {
  /// What came of one.
  struct Outcome {
    var updatesPerSecond = 0.0
    /// The log and the snapshots, each second.
    var writtenMegabytesPerSecond = 0.0
    var compactionCount = 0
    /// The log and the snapshots, for each byte of keys and values.
    var writtenPerByte = 0.0
    /// What system calls wrote, and which pages became dirty; nil where that cannot be told.
    var calledPerByte: Double?
    var dirtiedPerByte: Double?
    /// How many files the state lay in, after each compaction.
    var fileCounts = Rounds()
    /// The most that all files of the directory took then.
    var directoryByteCount: Int64 = 0
    /// Of streams at random, from the files that the run left.
    var readsPerSecond = 0.0
  }

  private let shape: LoadShape
  private let updateCount: Int
  /// Whose updates: where they go follows from that.
  var writer: UInt64 = 1
  /// Whether each stream has a value before, in a base. Writing that is not counted.
  var hasBase = false
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
      var directoryByteCount: Int64 = 0
      var failure: String?
    }

    private let directory: String
    let state: Mutex<State>

    init(_ directory: String, base: ClosedRange<LogSequenceNumber>?) {
      self.directory = directory
      state = Mutex(State(files: base.map { [$0] } ?? []))
    }

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
          do {
            state.directoryByteCount = max(
              state.directoryByteCount, try StoreDirectory.byteCount(directory) { _ in true })
          } catch {
            state.failure = "\(error)"
          }
        case .compactionFailed(let error): state.failure = "\(error)"
        default: break
        }
      }
    }
  }

  func run(in workplace: Workplace) throws -> Outcome {
    StandardStream.note(
      "\(updateCount) updates of \(shape.streamCount) streams", by: "journal-bench")
    let directory = try workplace.newDirectory()
    let notes = Written(directory, base: hasBase ? try writeBase(directory) : nil)
    var options = options
    options.onEvent = { notes.note($0) }
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
    let wholeSeconds = Double(MonotonicClock.now - begin) / 1e9
    let spent = ProcessCounters.now.since(before)
    let payload = Double(updateCount) * Double(StreamKey.byteCount + shape.valueByteCount)
    let found = notes.state.withLock { $0 }
    if let failure = found.failure { throw BenchFailure(failure) }
    var outcome = Outcome()
    outcome.updatesPerSecond = Double(updateCount) / seconds
    outcome.compactionCount = found.fileCounts.count
    let written = Double(store.statistics.writtenByteCount) + Double(found.byteCount)
    outcome.writtenPerByte = written / payload
    outcome.writtenMegabytesPerSecond = written / wholeSeconds / 1e6
    outcome.calledPerByte = spent.writeCallByteCount.map { $0 / payload }
    outcome.dirtiedPerByte = spent.diskByteCount.map { $0 / payload }
    outcome.fileCounts = found.fileCounts
    outcome.directoryByteCount = found.directoryByteCount
    outcome.readsPerSecond = try readsPerSecond(store)
    try store.close()
    try verify(directory)
    try workplace.remove(directory)
    return outcome
  }

  /// Gives each stream a value; returns what the base holds.
  private func writeBase(_ directory: String) throws -> ClosedRange<LogSequenceNumber> {
    var options = options
    // Nothing is merged before the end.
    options.maximumRunCount = 10_000
    options.rewriteShare = .infinity
    let store = try EngineStore(opening: directory, shape: shape, options: options)
    try store.fill(streamCount: shape.streamCount)
    guard let report = try store.compact(isFull: true, isForced: true) else {
      throw BenchFailure("\(shape.streamCount) streams did not become a base")
    }
    try store.close()
    return report.after...report.through
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
    var last = (0..<shape.streamCount).map { stream in
      hasBase ? UpdateNumber(writer: UpdateNumber.filler, index: UInt64(stream)) : nil
    }
    for index in 0..<UInt64(updateCount) {
      let number = UpdateNumber(writer: writer, index: index)
      last[number.stream(of: shape.streamCount)] = number
    }
    var access = store.access()
    for (stream, number) in last.enumerated() {
      guard try access.number(of: stream) == number else {
        throw BenchFailure("stream \(stream) does not hold its last update after a long run")
      }
    }
    try store.close()
  }
}
