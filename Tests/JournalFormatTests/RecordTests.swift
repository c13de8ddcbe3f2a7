import JournalFormat
import Testing

@Suite("What bytes at the place of a record turn out to be")
struct RecordTests {
  @Test(
    "Sizes are bounded before they are believed",
    arguments: [
      (0 as UInt32, false), (1, false), (32, false), (33, true), (100, true), (101, false),
      (1 << 30, false), (.max, false),
    ])
  func sizes(byteCount: UInt32, isPlausible: Bool) {
    var bytes = [UInt8](repeating: 1, count: 100)
    bytes.storeUInt32(byteCount, at: 4)
    let (needed, step) = RecordScanner.plan(bytes.span, available: bytes.count)
    #expect(step == (isPlausible ? nil : .invalid(.implausibleLength)))
    #expect(needed == (isPlausible ? Int(byteCount) : 0))
  }

  @Test("The longest record is a gibibyte, also in a file that has room for more")
  func longest() {
    var bytes = [UInt8](repeating: 1, count: 32)
    bytes.storeUInt32(1 << 30, at: 4)
    #expect(RecordScanner.plan(bytes.span, available: 1 << 40).needed == 1 << 30)
    bytes.storeUInt32(1 << 30 + 1, at: 4)
    #expect(RecordScanner.plan(bytes.span, available: 1 << 40).1 == .invalid(.implausibleLength))
  }

  @Test("Fewer bytes than a header are unwritten when all are zero", arguments: 0..<32)
  func shortRest(count: Int) {
    var bytes = [UInt8](repeating: 0, count: count)
    #expect(RecordScanner.plan(bytes.span, available: count).1 == (count == 0 ? .end : .unwritten))
    guard count > 0 else { return }
    bytes[count - 1] = 1
    #expect(RecordScanner.plan(bytes.span, available: count).1 == .invalid(.shortHeader))
  }

  @Test("A header of zeros but for one byte is not unwritten", arguments: 0..<32)
  func nearlyZero(offset: Int) {
    var bytes = [UInt8](repeating: 0, count: 64)
    bytes[offset] = 1
    let step = RecordScanner.plan(bytes.span, available: 64).1
    #expect(step != .unwritten)
  }

  @Test("A body of any bytes is decoded or malformed, within its bounds")
  func hostileBodies() {
    var generator = TestGenerator(seed: 11)
    var malformedCount = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...40, using: &generator)
      var bytes = [UInt8](repeating: 0, count: RecordHeader.byteCount)
      // Small numbers come up often, so that kinds and sizes make sense now and then.
      for _ in 0..<count {
        bytes.append(
          Bool.random(using: &generator)
            ? .random(in: 0...3, using: &generator) : .random(in: 0...255, using: &generator))
      }
      var reader = RecordChangeReader(record: 0..<bytes.count)
      while let change = reader.next(in: bytes.span) {
        let ranges: [Range<Int>] =
          switch change {
          case .put(let key, let value): [key, value]
          case .remove(let range), .removePrefix(let range), .annotation(_, let range): [range]
          case .opened(_, _, let host, let program): [host, program]
          case .closed: []
          }
        for range in ranges {
          #expect(range.lowerBound >= RecordHeader.byteCount && range.upperBound <= bytes.count)
        }
      }
      malformedCount += reader.isMalformed ? 1 : 0
    }
    #expect(malformedCount > 1000 && malformedCount < 20_000)
  }

  @Test(
    "An unknown kind ends the walk, and nothing behind it is believed",
    arguments: [
      0x00, 0x04, 0x0F, 0x12, 0x3F, 0x80, 0xFF as UInt8,
    ])
  func unknownKinds(kind: UInt8) {
    var bytes = [UInt8](repeating: 0, count: RecordHeader.byteCount)
    RecordChange.appendRemove(key: [7].span, to: &bytes)
    bytes.append(kind)
    RecordChange.appendRemove(key: [8].span, to: &bytes)
    var reader = RecordChangeReader(record: 0..<bytes.count)
    #expect(reader.next(in: bytes.span) == .remove(key: 35..<36))
    #expect(reader.next(in: bytes.span) == nil)
    #expect(reader.isMalformed)
    #expect(reader.next(in: bytes.span) == nil)
  }

  @Test(
    "Keys and prefixes are never empty",
    arguments: [
      [1, 0, 0, 1, 0, 0, 0, 9], [2, 0, 0], [3, 0, 0] as [UInt8],
    ])
  func emptyKeys(body: [UInt8]) {
    let bytes = [UInt8](repeating: 0, count: RecordHeader.byteCount) + body
    var reader = RecordChangeReader(record: 0..<bytes.count)
    #expect(reader.next(in: bytes.span) == nil)
    #expect(reader.isMalformed)
  }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
