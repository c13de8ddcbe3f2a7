import Testing

@testable import journal_bench

@Suite("How the benchmark counts")
struct BenchMeasureTests {
  /// A store that holds what a test puts there.
  private struct FakeStore: BenchStore {
    struct Access: StreamAccess {
      var numbers: [Int: UpdateNumber]

      mutating func number(of stream: Int) throws -> UpdateNumber? { numbers[stream] }
      mutating func update(_ stream: Int, to number: UpdateNumber) throws {}
      mutating func updateSuspending(_ stream: Int, to number: UpdateNumber) async throws {}
    }

    var numbers: [Int: UpdateNumber] = [:]

    init() {}
    init(opening directory: String, shape: LoadShape) throws {}
    func access() -> Access { Access(numbers: numbers) }
    func fill(_ streams: Range<Int>) throws {}
    func compact() throws {}
    func close() throws {}
  }

  private static let streamCount = 20
  private static let phases: [Verification.Phase] = [
    [UpdateNumber.filler: 15], [1: 40, 2: 40], [3: 5],
  ]

  /// What must be there when the writers of a phase come one after the other.
  private var rightStore: FakeStore {
    var store = FakeStore()
    for phase in Self.phases {
      for (writer, count) in phase {
        for index in 0..<UInt64(count) {
          let number = UpdateNumber(writer: writer, index: index)
          store.numbers[number.stream(of: Self.streamCount)] = number
        }
      }
    }
    return store
  }

  private func check(_ store: FakeStore) throws {
    try Verification.check(store, streamCount: Self.streamCount, phases: Self.phases)
  }

  @Test("A store with the last update of each stream passes")
  func passes() throws { try check(rightStore) }

  @Test("A stream that lost its value, or its last update, or holds another's, is found")
  func findsWrongContent() throws {
    for stream in rightStore.numbers.keys {
      var store = rightStore
      store.numbers[stream] = nil
      #expect(throws: BenchFailure.self, "stream \(stream) is missing") { try check(store) }
      store.numbers[stream] = UpdateNumber(writer: 9, index: 0)
      #expect(throws: BenchFailure.self, "stream \(stream) is invented") { try check(store) }
    }
    // The last phase overwrote these: nothing earlier may stand there.
    for index in 0..<UInt64(5) {
      let stream = UpdateNumber(writer: 3, index: index).stream(of: Self.streamCount)
      var store = rightStore
      store.numbers[stream] = UpdateNumber(writer: UpdateNumber.filler, index: UInt64(stream))
      #expect(throws: BenchFailure.self, "stream \(stream) is stale") { try check(store) }
    }
  }

  @Test("A value where nobody wrote is found")
  func findsInventedStream() throws {
    var store = FakeStore()
    store.numbers[3] = UpdateNumber(writer: 1, index: 0)
    #expect(throws: BenchFailure.self) {
      try Verification.check(store, streamCount: 5, phases: [])
    }
  }

  @Test("Ratios are those of the same round, and their median is what counts")
  func ratios() {
    var figure = Figure("ours", .perSecond, Rounds([10, 100, 30]))
    figure.compare(to: "limit", Rounds([10, 200, 20]), goal: .atLeast(1))
    #expect(figure.ratio(to: figure.beside[0]) == 1)
    #expect(Rounds([10, 100, 30]).ratios(to: Rounds([10])).median == 3)
    #expect(Goal.atMost(2).isMet(by: 2))
    #expect(!Goal.atLeast(2).isMet(by: 1.99))
  }

  @Test("A latency is told with an error of at most 4 percent", arguments: [5, 40, 999, 123_456])
  func latency(nanoseconds: Int64) {
    var latencies = LatencyRecorder()
    for _ in 0..<99 { latencies.record(nanoseconds: nanoseconds) }
    latencies.record(nanoseconds: nanoseconds * 100)
    for share in [0.5, 0.99] {
      let found = latencies.microseconds(atShare: share) * 1000
      #expect(abs(found - Double(nanoseconds)) <= max(0.04 * Double(nanoseconds), 0.5))
    }
    #expect(latencies.microseconds(atShare: 1) * 10 > Double(nanoseconds) * 0.9)
  }

  @Test("A value carries its number, whatever its size", arguments: [1, 50, 100, 1000])
  func values(byteCount: Int) {
    var value = PaddedValue(byteCount: byteCount)
    for number in [UpdateNumber(writer: 1, index: 0), UpdateNumber(writer: 1 << 20, index: 99)] {
      value.set(number)
      #expect(PaddedValue.number(in: value.bytes.span) == number)
    }
    #expect(value.bytes.count == max(byteCount, 37))
    #expect(PaddedValue.number(in: Array("{}".utf8).span) == nil)
  }
}
