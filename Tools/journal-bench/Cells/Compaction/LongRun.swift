import StateJournal
import Synchronization
import ToolSupport

/// Many updates with the compactions that they cause: bytes written per byte of update.
struct LongRun {
  private let shape: LoadShape
  private let updateCount: Int

  init(_ shape: LoadShape, updateCount: Int) {
    var shape = shape
    shape.isSynced = false
    (self.shape, self.updateCount) = (shape, updateCount)
  }

  private final class Written: Sendable {
    let snapshots = Mutex((count: 0, byteCount: Int64(0)))
    let failure = Mutex<String?>(nil)

    func note(_ event: JournalEvent) {
      switch event {
      case .compacted(let report):
        snapshots.withLock {
          ($0.count, $0.byteCount) = ($0.count + 1, $0.byteCount + report.byteCount)
        }
      case .compactionFailed(let error): failure.withLock { $0 = "\(error)" }
      default: break
      }
    }
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    StandardStream.note("compact: \(updateCount) updates", by: "journal-bench")
    let directory = try workplace.newDirectory()
    let written = Written()
    var options = shape.journalOptions
    options.onEvent = { written.note($0) }
    let store = try EngineStore(opening: directory, shape: shape, options: options)
    let before = ProcessCounters.now
    let begin = MonotonicClock.now
    var access = store.access()
    for index in 0..<UInt64(updateCount) {
      let number = UpdateNumber(writer: 1, index: index)
      try access.update(number.stream(of: shape.streamCount), to: number)
    }
    let seconds = Double(MonotonicClock.now - begin) / 1e9
    // The last compaction counts as well, and this waits for it.
    _ = try store.compact(isFull: false)
    let spent = ProcessCounters.now.since(before)
    let log = Double(store.statistics.writtenByteCount)
    try store.close()
    if let failure = written.failure.withLock({ $0 }) { throw BenchFailure(failure) }
    let (count, byteCount) = written.snapshots.withLock { $0 }
    try verify(directory)
    try workplace.remove(directory)
    let payload = Double(updateCount) * Double(StreamKey.byteCount + shape.valueByteCount)
    let name =
      "\(TextTable.grouped(Double(updateCount))) updates of "
      + "\(TextTable.grouped(Double(shape.streamCount))) streams"
    var figures = [
      Figure("\(name), rate", .perSecond, Rounds([Double(updateCount) / seconds])),
      Figure("compactions on the way", .count, Rounds([Double(count)])),
      Figure(
        "written per byte of update, log and snapshots", .ratio,
        Rounds([(log + Double(byteCount)) / payload]), goal: .atMost(3, target: 9)),
    ]
    if let calls = spent.writeCallByteCount {
      figures.append(
        Figure("written per byte of update, system calls", .ratio, Rounds([calls / payload])))
    }
    if let disk = spent.diskByteCount {
      figures.append(
        Figure("written per byte of update, pages made dirty", .ratio, Rounds([disk / payload])))
    }
    return figures
  }

  private func verify(_ directory: String) throws {
    let store = try EngineStore(opening: directory, shape: shape)
    var last = [UInt64?](repeating: nil, count: shape.streamCount)
    for index in 0..<UInt64(updateCount) {
      last[UpdateNumber(writer: 1, index: index).stream(of: shape.streamCount)] = index
    }
    var access = store.access()
    for (stream, index) in last.enumerated() {
      guard try access.number(of: stream) == index.map({ UpdateNumber(writer: 1, index: $0) })
      else {
        throw BenchFailure("stream \(stream) does not hold its last update after a long run")
      }
    }
    try store.close()
  }
}
