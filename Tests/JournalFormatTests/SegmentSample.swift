import JournalFormat

/// Fixed inputs whose bytes the fixtures and the specification hold.
enum SegmentSample {
  static let store = StoreIdentity(high: 0x1111_1111_1111_1111, low: 0x2222_2222_2222_2222)
  static let time: Int64 = 1_700_000_000_000_000_000

  /// The segment that the specification works out in hexadecimal: one session that says who it is
  /// and commits once.
  static func worked() -> [UInt8] {
    var bytes = header(first: 41, salt: 0x0102_0304_0506_0708).encoded()
    append(to: &bytes, 41, durableThrough: 40) {
      RecordChange.appendOpened(epoch: 3, processID: 4711, host: "etl-1", program: "job", to: &$0)
    }
    append(to: &bytes, 42, durableThrough: 40) {
      RecordChange.appendPut(key: span("orders/a").span, value: [0x18, 0x2A].span, to: &$0)
      RecordChange.appendRemove(key: span("orders/b").span, to: &$0)
    }
    stamp(&bytes, durableThrough: 40)
    return bytes
  }

  /// One of everything, with zeros at the end.
  static func golden() -> [UInt8] {
    let nothing: [UInt8] = []
    var bytes = header(first: 41, salt: 0x0102_0304_0506_0708).encoded()
    append(to: &bytes, 41, durableThrough: 40) {
      RecordChange.appendOpened(epoch: 3, processID: 4711, host: "etl-1", program: "job", to: &$0)
    }
    append(to: &bytes, 42, durableThrough: 40) {
      RecordChange.appendPut(key: span("orders/a").span, value: [0x18, 0x2A].span, to: &$0)
      RecordChange.appendPut(key: [0xFF, 0, 0x80].span, value: nothing.span, to: &$0)
      RecordChange.appendRemove(key: span("orders/b").span, to: &$0)
      RecordChange.appendRemovePrefix(span("old/").span, to: &$0)
    }
    append(to: &bytes, 43, durableThrough: 40) {
      let value = (0..<600).map { UInt8(truncatingIfNeeded: $0) }
      RecordChange.appendPut(key: span("blob").span, value: value.span, to: &$0)
      // What a later version may add: kind 0x40, four bytes.
      $0 += [0x40, 4, 0, 0, 0, 1, 2, 3, 4]
    }
    append(to: &bytes, 44, durableThrough: 40) { RecordChange.appendClosed(epoch: 3, to: &$0) }
    stamp(&bytes, durableThrough: 40)
    return bytes + [UInt8](repeating: 0, count: 100)
  }

  static func header(first: UInt64, salt: UInt64) -> SegmentHeader {
    SegmentHeader(
      store: store, firstSequence: LogSequenceNumber(first), salt: salt,
      previousSalt: 0x1112_1314_1516_1718, history: HistoryChecksum(0x2122_2324), epoch: 3,
      createdAt: time)
  }

  static let watermark = Watermark(
    store: store, durableThrough: LogSequenceNumber(42), epoch: 3, writtenAt: time + 1,
    isNextSegmentBegun: true)

  static func span(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func append(
    to bytes: inout [UInt8], _ sequence: UInt64, durableThrough: UInt64,
    _ body: (inout [UInt8]) -> Void
  ) {
    let start = RecordEncoder.begin(
      in: &bytes, sequence: LogSequenceNumber(sequence), time: time + Int64(sequence))
    body(&bytes)
    RecordEncoder.finish(in: &bytes, from: start)
  }

  private static func stamp(_ bytes: inout [UInt8], durableThrough: UInt64) {
    var history = HistoryChecksum.empty
    RecordEncoder.stamp(
      &bytes, from: SegmentHeader.byteCount, durableThrough: LogSequenceNumber(durableThrough),
      seed: RecordChecksum.seed(salt: 0x0102_0304_0506_0708), history: &history)
  }
}
