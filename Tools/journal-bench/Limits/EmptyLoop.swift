import StateJournal

/// What the measuring itself takes: keys and values are made and the clock is read, nothing else.
final class EmptyLoop: Contender {
  private let shape: LoadShape
  private var sum: UInt64 = 0

  init(_ shape: LoadShape) { self.shape = shape }

  func run(round: Int, seconds: Double) throws -> Sample {
    var latencies = LatencyRecorder()
    var key = StreamKey()
    var value = PaddedValue(byteCount: shape.valueByteCount)
    var number = UpdateNumber(writer: 1, index: 0)
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var now = begin
    while now < deadline {
      key.set(number.stream(of: shape.streamCount))
      value.set(number)
      sum &+= UInt64(key.bytes[key.bytes.count - 1]) &+ UInt64(value.bytes[20])
      let after = MonotonicClock.now
      latencies.record(nanoseconds: after - now)
      now = after
      number.index += 1
    }
    return Sample(perSecond: Double(number.index) * 1e9 / Double(now - begin))
  }

  func finish() throws {}
}
