import JournalFormat

/// Segments as inputs: how they are built, and how their checksums are made right again.
enum SegmentInput {
  static let store = StoreIdentity(high: 0x0123_4567_89AB_CDEF, low: 42)

  static let header = SegmentHeader(
    store: store, firstSequence: LogSequenceNumber(1), salt: 0x5A17, previousSalt: 0,
    history: .empty, epoch: 1, createdAt: 1)

  /// Segments of every shape: sessions, removals, preallocated zeros, commits that were not durable
  /// when the next ones were written.
  static let seeds: [[UInt8]] = {
    let put: (inout [UInt8], Int) -> Void = { record, number in
      RecordChange.appendPut(
        key: Array("key \(number)".utf8).span, value: [UInt8](repeating: 0x61, count: number).span,
        to: &record)
    }
    let commits: [(inout [UInt8]) -> Void] = [
      {
        RecordChange.appendOpened(
          epoch: 1, processID: 4711, host: "worker-3", program: "ingest", to: &$0)
      },
      { put(&$0, 1) },
      {
        put(&$0, 200)
        put(&$0, 3)
      },
      { RecordChange.appendRemove(key: [0x6B, 0x65, 0x79].span, to: &$0) },
      { RecordChange.appendRemovePrefix([0x6B].span, to: &$0) },
      { $0 += [0x40, 3, 0, 0, 0, 1, 2, 3] },
      { RecordChange.appendClosed(epoch: 1, to: &$0) },
    ]
    let whole = segment(commits, durableBehind: 1)
    return [
      whole, segment(commits, durableBehind: 4), whole + [UInt8](repeating: 0, count: 600),
      whole.dropLast(9) + [UInt8](repeating: 0, count: 100), header.encoded(),
      segment(Array(commits.prefix(2)), durableBehind: 1), [],
    ]
  }()

  private static func segment(
    _ commits: [(inout [UInt8]) -> Void], durableBehind: UInt64
  ) -> [UInt8] {
    var bytes = header.encoded()
    var history = HistoryChecksum.empty
    for (index, commit) in commits.enumerated() {
      let sequence = UInt64(index + 1)
      let start = RecordEncoder.begin(in: &bytes, sequence: LogSequenceNumber(sequence), time: 5)
      commit(&bytes)
      RecordEncoder.finish(in: &bytes, from: start)
      RecordEncoder.stamp(
        &bytes, from: start,
        durableThrough: LogSequenceNumber(sequence < durableBehind ? 0 : sequence - durableBehind),
        seed: header.recordSeed, history: &history)
    }
    return bytes
  }

  /// Gives the header, and each record that the lengths before lead to, a right checksum.
  static func repair(_ input: inout [UInt8]) {
    guard input.count >= SegmentHeader.byteCount else { return }
    input.storeUInt32(CRC32C.checksum(input.span.extracting(0..<76)), at: 76)
    let seed = RecordChecksum.seed(salt: input.span.loadUInt64(at: 40))
    var offset = SegmentHeader.byteCount
    while offset + RecordHeader.byteCount < input.count {
      let header = RecordHeader(input.span, at: offset)
      guard header.isPlausible(within: input.count - offset) else { return }
      let end = offset + header.recordByteCount
      let checksum = RecordChecksum.of(input.span.extracting(offset..<end), seed: seed)
      input.storeUInt32(checksum, at: offset)
      offset = end
    }
  }
}
