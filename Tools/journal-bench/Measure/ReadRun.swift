import StateJournal

/// Point reads of random streams from one thread, each answer checked.
struct ReadRun {
  var streams: Range<Int>
  var seconds: Double

  /// - Parameter expected: what a stream must hold.
  func run(on store: some BenchStore, expecting expected: (Int) -> UpdateNumber) throws -> Sample {
    var access = store.access()
    let spent = ProcessCounters.now
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    // Each run reads in an order of its own.
    var position = UpdateNumber(writer: UInt64(truncatingIfNeeded: begin) >> 24, index: 0)
    var now = begin
    repeat {
      // Looking at the clock takes as long as some reads do.
      for _ in 0..<64 {
        let stream = streams.lowerBound + position.stream(of: streams.count)
        guard try access.number(of: stream) == expected(stream) else {
          throw BenchFailure("stream \(stream) does not hold what was written to it")
        }
        position.index += 1
      }
      now = MonotonicClock.now
    } while now < deadline
    let count = Double(position.index)
    return Sample(
      perSecond: count * 1e9 / Double(now - begin),
      cpuMicroseconds: ProcessCounters.now.since(spent).cpuMicroseconds / count)
  }
}
