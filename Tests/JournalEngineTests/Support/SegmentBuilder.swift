import JournalEngine
import JournalFormat

/// Builds a segment byte by byte, with any mistake in it that a test asks for.
struct SegmentBuilder {
  static let store = StoreIdentity(high: 0x0123_4567_89AB_CDEF, low: 0x0FED_CBA9_8765_4321)

  let header: SegmentHeader
  private(set) var bytes: [UInt8]
  /// Where each record begins.
  private(set) var offsets: [Int] = []
  private(set) var next: UInt64
  /// What all commits up to the last one sum up to, those before the segment being the puts of
  /// ``appendPuts(_:durableThrough:)``.
  private(set) var history: HistoryChecksum

  init(
    first: UInt64 = 1, salt: UInt64 = 0x5A17, previousSalt: UInt64 = 0,
    store: StoreIdentity = store
  ) {
    history = Self.history(before: first)
    header = SegmentHeader(
      store: store, firstSequence: LogSequenceNumber(first), salt: salt,
      previousSalt: previousSalt, history: history, epoch: 1, createdAt: 1_700_000_000_000_000_000)
    bytes = header.encoded()
    next = first
  }

  /// What the puts of a first segment sum up to, as far as a test can mean them.
  static func history(before first: UInt64) -> HistoryChecksum {
    guard first > 1, first <= 10_000 else { return .empty }
    var segment = SegmentBuilder()
    segment.appendPuts(Int(first - 1))
    return segment.history
  }

  /// The same segment behind another one, whose commits its header sums up.
  func following(_ older: SegmentBuilder) -> SegmentBuilder {
    var header = header
    header.history = older.history
    var joined = self
    joined.bytes.replaceSubrange(..<SegmentHeader.byteCount, with: header.encoded())
    return joined
  }

  /// The name that belongs to the segment.
  var name: String { FileName.segment(first: header.firstSequence).text }

  /// Appends a record. Without `durableThrough` it says what a lone writer would say: that all
  /// before it was durable.
  mutating func append(
    _ changes: [StoreChange], durableThrough: UInt64? = nil, sequence: UInt64? = nil
  ) {
    append(durableThrough: durableThrough, sequence: sequence) { record in
      for change in changes { change.append(to: &record) }
    }
  }

  mutating func append(
    durableThrough: UInt64? = nil, sequence: UInt64? = nil, _ body: (inout [UInt8]) -> Void
  ) {
    let number = sequence ?? next
    offsets.append(bytes.count)
    let start = RecordEncoder.begin(
      in: &bytes, sequence: LogSequenceNumber(number), time: 1_700_000_000_000_000_001)
    body(&bytes)
    RecordEncoder.finish(in: &bytes, from: start)
    RecordEncoder.stamp(
      &bytes, from: start, durableThrough: LogSequenceNumber(durableThrough ?? number - 1),
      seed: header.recordSeed, history: &history)
    next = number &+ 1
  }

  /// Appends puts of `k<n>` for the next sequence numbers.
  mutating func appendPuts(_ count: Int, durableThrough: UInt64? = nil) {
    for _ in 0..<count { append([.put("k\(next)", "v\(next)")], durableThrough: durableThrough) }
  }

  mutating func appendRaw(_ raw: [UInt8]) { bytes += raw }

  mutating func appendZeros(_ count: Int) { bytes += [UInt8](repeating: 0, count: count) }

  mutating func flipBit(at offset: Int) { bytes[offset] ^= 1 }

  /// Cuts `count` bytes off the end.
  mutating func cut(_ count: Int) { bytes.removeLast(count) }
}

/// The bytes of a snapshot with puts of `k<n>`, as a log of ``SegmentBuilder/appendPuts(_:durableThrough:)``
/// would leave them.
func snapshotBytes(
  after: UInt64 = 0, through: UInt64, store: StoreIdentity = SegmentBuilder.store,
  historyBefore: HistoryChecksum? = nil, historyThrough: HistoryChecksum? = nil
) -> [UInt8] {
  var encoder = SnapshotEncoder(
    header: SnapshotHeader(
      identity: store, from: LogSequenceNumber(after), to: LogSequenceNumber(through),
      salt: 0x5EA1, createdAt: 1_700_000_000_000_000_002,
      historyBefore: historyBefore ?? SegmentBuilder.history(before: after + 1),
      historyThrough: historyThrough ?? SegmentBuilder.history(before: through + 1)),
    removedPrefixes: RemovedPrefixes())
  for number in ((after + 1)...through).sorted(by: { "k\($0)" < "k\($1)" }) {
    encoder.append(
      key: Array("k\(number)".utf8).span, value: Array("v\(number)".utf8).span, isRemoval: false,
      sequence: LogSequenceNumber(number))
  }
  _ = encoder.finish()
  return encoder.output
}

func snapshotName(after: UInt64 = 0, through: UInt64) -> String {
  FileName.snapshot(
    SnapshotRange(after: LogSequenceNumber(after), through: LogSequenceNumber(through))
  ).text
}

/// The state that puts of `k<n>` up to a commit leave.
func puts(_ last: Int) -> StoreState {
  StoreState(uniqueKeysWithValues: (0..<last).map { ("k\($0 + 1)", "v\($0 + 1)") })
}
