import StateJournal
import ToolSupport

/// Compactions of everything with nobody else at work: changes of all streams onto a base of all.
struct MergeSpeed {
  private let shape: LoadShape
  private let roundCount: Int

  init(_ shape: LoadShape, roundCount: Int) {
    var shape = shape
    shape.isSynced = false
    shape.compactsByItself = false
    (self.shape, self.roundCount) = (shape, roundCount)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    let directory = try workplace.newDirectory()
    let store = try EngineStore(opening: directory, shape: shape)
    let limit = try SequentialWrite(in: workplace)
    let read = try SequentialRead(in: workplace)
    try store.fill(streamCount: shape.streamCount)
    try store.compact()
    var (input, output) = (Rounds(), Rounds())
    var (writing, reading) = (Rounds(), Rounds())
    for round in 1...roundCount {
      StandardStream.note("compact: round \(round) of \(roundCount)", by: "journal-bench")
      for start in stride(from: 0, to: shape.streamCount, by: 1000) {
        try store.put(
          (start..<min(start + 1000, shape.streamCount)).lazy.map { stream in
            (stream, UpdateNumber(writer: UInt64(round), index: UInt64(stream)))
          })
      }
      let begin = MonotonicClock.now
      guard let report = try store.compact(isFull: true) else {
        throw BenchFailure("a compaction found nothing to do")
      }
      let seconds = Double(MonotonicClock.now - begin) / 1e9
      input.add(Double(report.inputByteCount) / seconds / 1e6)
      output.add(Double(report.byteCount) / seconds / 1e6)
      writing.add(try limit.run(round: round, seconds: 0.2).perSecond / 1e6)
      reading.add(try read.run(round: round, seconds: 0.1).perSecond / 1e6)
    }
    var access = store.access()
    for stream in 0..<shape.streamCount {
      let expected = UpdateNumber(writer: UInt64(roundCount), index: UInt64(stream))
      guard try access.number(of: stream) == expected else {
        throw BenchFailure("stream \(stream) does not hold its last update after a compaction")
      }
    }
    try store.close()
    try limit.finish()
    try read.finish()
    try workplace.remove(directory)
    var speed = Figure(
      "\(TextTable.grouped(Double(shape.streamCount))) streams, input", .megabytesPerSecond, input,
      goal: .atLeast(300, target: 9))
    speed.compare(to: "sequential write + sync", writing)
    speed.compare(to: "sequential read", reading)
    return [speed, Figure("the same, output", .megabytesPerSecond, output)]
  }
}
