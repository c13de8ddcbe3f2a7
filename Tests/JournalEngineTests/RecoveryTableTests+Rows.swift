import JournalEngine
import JournalFormat

/// The stores, and what recovery must make of them.
extension RecoveryTableTests {
  private static func segment(
    first: UInt64 = 1, puts count: Int, salt: UInt64 = 0x5A17, previousSalt: UInt64 = 0,
    store: StoreIdentity = SegmentBuilder.store, _ change: (inout SegmentBuilder) -> Void = { _ in }
  ) -> SegmentBuilder {
    var builder = SegmentBuilder(
      first: first, salt: salt, previousSalt: previousSalt, store: store)
    builder.appendPuts(count)
    change(&builder)
    return builder
  }

  /// A segment that was begun and never got its header.
  private static func headerless(_ first: UInt64, _ bytes: [UInt8]) -> [String: [UInt8]] {
    [FileName.segment(first: LogSequenceNumber(first)).text: bytes]
  }

  private static func damaged(_ bytes: [UInt8], fromEnd: Int) -> [UInt8] {
    var bytes = bytes
    bytes[bytes.count - fromEnd] ^= 0x10
    return bytes
  }

  static let rows: [Row] = [
    // Clean ends.
    Row("The end of the file", .clean, survivors: 3, segment(puts: 3)),
    Row("Zeros to the end", .clean, survivors: 3, segment(puts: 3) { $0.appendZeros(5000) }),
    Row("A few zeros to the end", .clean, survivors: 3, segment(puts: 3) { $0.appendZeros(7) }),
    Row("A segment without a record", .clean, segment(puts: 0)),
    Row(
      "Two segments", .clean, survivors: 5, watermark: 3, segment(puts: 3),
      segment(first: 4, puts: 2, salt: 9, previousSalt: 0x5A17)),
    Row(
      "The watermark is reached and passed", .clean, survivors: 3, watermark: 2, segment(puts: 3)),
    Row(
      "A clean close at the watermark", .clean, survivors: 3, watermark: 4,
      segment(puts: 3) { $0.append { RecordChange.appendClosed(epoch: 1, to: &$0) } }),
    Row(
      "An empty segment behind the watermark", .clean, survivors: 3, watermark: 3,
      segment(puts: 3), segment(first: 4, puts: 0, salt: 9, previousSalt: 0x5A17)),
    Row(
      "A segment that begins behind the watermark and is torn",
      .torn(undecidable: true, sequence: 1, keys: ["k1"]), watermark: 0,
      segment(puts: 1) { $0.flipBit(at: $0.offsets[0]) }),
    Row(
      "A snapshot and the log behind it", .clean, survivors: 5, segment(first: 4, puts: 2),
      snapshots: [snapshotName(through: 3): snapshotBytes(through: 3)]),
    Row(
      "A snapshot that ends within a segment", .clean, survivors: 5, segment(first: 1, puts: 5),
      snapshots: [snapshotName(through: 3): snapshotBytes(through: 3)]),
    Row(
      "A base, a run, and segments whose removal was undone", .clean, survivors: 6,
      segment(first: 1, puts: 2), segment(first: 5, puts: 2, salt: 8),
      snapshots: [
        snapshotName(through: 2): snapshotBytes(through: 2),
        snapshotName(after: 2, through: 4): snapshotBytes(after: 2, through: 4),
      ]),
    // The log ends below the watermark.
    Row(
      "The log ends below the watermark", .damage(.missingCommits), watermark: 5,
      segment(puts: 3)),
    Row(
      "Zeros below the watermark", .damage(.missingCommits), watermark: 4,
      segment(puts: 3) { $0.appendZeros(100) }),
    Row(
      "A bad record below the watermark", .damage(.record), watermark: 3,
      segment(puts: 3) { $0.flipBit(at: $0.offsets[2] + 40) }),
    Row(
      "The log ends below a snapshot", .damage(.missingCommits), segment(puts: 3),
      snapshots: [snapshotName(through: 4): snapshotBytes(through: 4)]),
    Row(
      "The log ends below a snapshot that is damaged itself", .damage(.missingCommits),
      segment(puts: 3),
      snapshots: [snapshotName(through: 4): damaged(snapshotBytes(through: 4), fromEnd: 20)]),
    // The log ends at the watermark, and a rotation has moved it there.
    Row(
      "The next segment is gone", .damage(.missingCommits), watermark: 3, isNextSegmentBegun: true,
      segment(puts: 3)),
    Row(
      "The next segment is gone, and bytes are where none should be", .damage(.missingCommits),
      watermark: 2, isNextSegmentBegun: true, segment(puts: 3) { $0.cut(1) }),
    Row(
      "The next segment, begun after a clean close, is gone", .damage(.missingCommits),
      watermark: 4, isNextSegmentBegun: true,
      segment(puts: 3) { $0.append { RecordChange.appendClosed(epoch: 1, to: &$0) } }),
    Row(
      "The next segment is gone, and snapshots hold all that is left", .damage(.missingCommits),
      watermark: 3, isNextSegmentBegun: true, segment(puts: 3),
      snapshots: [snapshotName(through: 3): snapshotBytes(through: 3)]),
    Row(
      "A clean close at the watermark that a snapshot covers", .clean, survivors: 3, watermark: 4,
      segment(puts: 3) { $0.append { RecordChange.appendClosed(epoch: 1, to: &$0) } },
      snapshots: [snapshotName(through: 3): snapshotBytes(through: 3)]),
    // Torn tails.
    Row(
      "A record cut off", .torn(undecidable: false, sequence: 3, keys: ["k3"]), survivors: 2,
      segment(puts: 3) { $0.cut(1) }),
    Row(
      "A header cut off", .torn(undecidable: false, sequence: 3, keys: []), survivors: 2,
      segment(puts: 3) { $0.cut($0.bytes.count - $0.offsets[2] - 20) }),
    Row(
      "Bytes behind zeros", .torn(undecidable: false, sequence: 4, keys: []), survivors: 3,
      segment(puts: 3) {
        $0.appendZeros(300)
        $0.appendRaw([1, 2, 3])
      }),
    Row(
      "A later record that vouches for nothing",
      .torn(undecidable: false, sequence: 3, keys: ["k3", "k4"]), survivors: 2,
      segment(puts: 2) {
        $0.appendPuts(2, durableThrough: 2)
        $0.flipBit(at: $0.offsets[2] + 24)
      }),
    Row(
      "A whole sector of zeros where a record should be, and one behind it that vouches for nothing",
      .torn(undecidable: false, sequence: 3, keys: []), survivors: 2,
      segment(puts: 2) {
        $0.appendZeros(512)
        $0.append([.put("k4", "v4")], durableThrough: 2, sequence: 4)
      }),
    Row(
      "A length that reaches past the file", .torn(undecidable: false, sequence: 3, keys: ["k3"]),
      survivors: 2, segment(puts: 3) { $0.flipBit(at: $0.offsets[2] + 7) }),
    Row(
      "A wrong checksum at the very end", .torn(undecidable: true, sequence: 3, keys: ["k3"]),
      survivors: 2, segment(puts: 3) { $0.flipBit(at: $0.offsets[2]) }),
    Row(
      "A wrong checksum before nothing but zeros",
      .torn(undecidable: true, sequence: 3, keys: ["k3"]), survivors: 2,
      segment(puts: 3) {
        $0.flipBit(at: $0.offsets[2] + 42)
        $0.appendZeros(1000)
      }),
    Row(
      "A wrong checksum behind a clean close",
      .torn(undecidable: false, sequence: 4, keys: ["k4"]), survivors: 2,
      segment(puts: 2) {
        $0.append { RecordChange.appendClosed(epoch: 1, to: &$0) }
        $0.appendPuts(1)
        $0.flipBit(at: $0.offsets[3])
      }),
    // Damage in the last segment.
    Row(
      "A later record that vouches for the bad one", .damage(.record),
      segment(puts: 4) { $0.flipBit(at: $0.offsets[2] + 24) }),
    Row(
      "The same behind a length that leads nowhere", .damage(.record),
      segment(puts: 4) { $0.flipBit(at: $0.offsets[2] + 7) }),
    Row(
      "The same with zeros in place of the bad one", .damage(.record),
      segment(puts: 2) {
        $0.appendZeros(600)
        $0.append([.put("k4", "v4")], durableThrough: 3, sequence: 4)
      }),
    Row(
      "The same with much between them", .damage(.record),
      segment(puts: 2) {
        $0.append([.put("k3", String(repeating: "x", count: 70_000))])
        $0.flipBit(at: $0.offsets[2] + 500)
        $0.append([.put("k4", "v4")])
      }),
    Row(
      "A gap between records", .damage(.gap),
      segment(puts: 2) { $0.append([.put("k4", "v4")], sequence: 4) }),
    Row(
      "A record twice", .damage(.gap),
      segment(puts: 2) { $0.append([.put("k2", "v2")], sequence: 2) }),
    Row(
      "A change of no known kind", .damage(.malformedEntry),
      segment(puts: 2) { $0.append { $0 += [0x7, 0, 0] } }),
    Row(
      "A record that says that it was durable itself", .damage(.malformedEntry),
      segment(puts: 2) { $0.appendPuts(1, durableThrough: 3) }),
    Row(
      "A record that says that later ones were durable", .damage(.malformedEntry),
      segment(puts: 2) { $0.appendPuts(2, durableThrough: .max) }),
    // Earlier segments.
    Row(
      "A bad record in an earlier segment", .damage(.record),
      segment(puts: 3) { $0.flipBit(at: $0.offsets[2] + 40) },
      segment(first: 4, puts: 1, salt: 9, previousSalt: 0x5A17)),
    Row(
      "An earlier segment that was cut between records", .damage(.gap),
      segment(puts: 2), segment(first: 4, puts: 1, salt: 9, previousSalt: 0x5A17)),
    Row(
      "An earlier segment that was cut within a record", .damage(.record),
      segment(puts: 3) { $0.cut(4) }, segment(first: 4, puts: 1, salt: 9, previousSalt: 0x5A17)),
    Row(
      "A missing segment", .damage(.gap), segment(puts: 2),
      segment(first: 5, puts: 1, salt: 9, previousSalt: 0x5A17)),
    Row("A missing first segment", .damage(.missingSegment), segment(first: 3, puts: 1)),
    Row(
      "No segment behind the snapshots", .damage(.missingSegment),
      snapshots: [snapshotName(through: 3): snapshotBytes(through: 3)]),
    Row("Nothing but a watermark", .damage(.missingSegment), watermark: 4),
    // Headers.
    Row(
      "A damaged header before records", .damage(.header), segment(puts: 2) { $0.flipBit(at: 50) }),
    Row(
      "A damaged header of an earlier segment", .damage(.header),
      segment(puts: 2) { $0.flipBit(at: 3) },
      segment(first: 3, puts: 1, salt: 9, previousSalt: 0x5A17)),
    Row(
      "A segment under another name", .damage(.header),
      segment(puts: 2),
      snapshots: headerless(3, segment(first: 4, puts: 1, previousSalt: 0x5A17).bytes)),
    Row(
      "A segment of another store", .damage(.foreignStore), segment(puts: 2),
      segment(
        first: 3, puts: 1, salt: 9, previousSalt: 0x5A17, store: StoreIdentity(high: 5, low: 5))),
    Row(
      "A snapshot of another store", .damage(.foreignStore), segment(puts: 4),
      snapshots: [
        snapshotName(through: 3):
          snapshotBytes(through: 3, store: StoreIdentity(high: 5, low: 5))
      ]),
    Row(
      "A segment of another history", .damage(.foreignHistory), segment(puts: 2),
      segment(first: 3, puts: 1, salt: 9, previousSalt: 0xBAD)),
    Row(
      "A segment of a history that parted within the one before", .damage(.foreignHistory),
      segment(puts: 1) { $0.append([.put("k2", "another")]) },
      snapshots: headerless(
        3, segment(first: 3, puts: 1, salt: 9, previousSalt: 0x5A17).bytes)),
    Row(
      "A snapshot of another history than the segment behind it", .damage(.foreignHistory),
      segment(first: 4, puts: 2),
      snapshots: [
        snapshotName(through: 3): snapshotBytes(through: 3, historyThrough: HistoryChecksum(7))
      ]),
    Row(
      "A snapshot of another history that ends within a segment", .damage(.foreignHistory),
      segment(puts: 5),
      snapshots: [
        snapshotName(through: 3): snapshotBytes(through: 3, historyThrough: HistoryChecksum(7))
      ]),
    Row(
      "A run of another history than the base", .damage(.foreignHistory),
      segment(first: 5, puts: 2),
      snapshots: [
        snapshotName(through: 2): snapshotBytes(through: 2),
        snapshotName(after: 2, through: 4):
          snapshotBytes(after: 2, through: 4, historyBefore: HistoryChecksum(7)),
      ]),
    Row(
      "A last segment without a header: empty", .headerless, survivors: 2, watermark: 1,
      segment(puts: 2), snapshots: headerless(3, [])),
    Row(
      "A last segment without a header behind a clean close", .headerless, survivors: 2,
      watermark: 3, segment(puts: 2) { $0.append { RecordChange.appendClosed(epoch: 1, to: &$0) } },
      snapshots: headerless(4, [])),
    Row(
      "A last segment without a header that a rotation began", .damage(.missingCommits),
      watermark: 2, isNextSegmentBegun: true, segment(puts: 2), snapshots: headerless(3, [])),
    Row(
      "A last segment without a header: zeros", .headerless, survivors: 2, segment(puts: 2),
      snapshots: headerless(3, [UInt8](repeating: 0, count: 4096))),
    Row(
      "A last segment without a header: a piece of one", .headerless, survivors: 2,
      segment(puts: 2),
      snapshots: headerless(3, Array(segment(first: 3, puts: 0).bytes.prefix(33)))),
    Row(
      "A last segment without a header below the watermark", .damage(.missingCommits),
      watermark: 3, segment(puts: 2), snapshots: headerless(3, [])),
    Row(
      "A last segment without a header that holds records", .damage(.header),
      segment(puts: 2),
      snapshots: headerless(
        3,
        [UInt8](repeating: 0, count: 80) + segment(first: 3, puts: 1).bytes.dropFirst(80))),
    // Snapshots and the watermark.
    Row(
      "A damaged footer, and the log reaches back", .previousGeneration, survivors: 4,
      segment(puts: 4),
      snapshots: [snapshotName(through: 3): damaged(snapshotBytes(through: 3), fromEnd: 20)]),
    Row(
      "A damaged index, and an older base", .previousGeneration, survivors: 5,
      segment(first: 3, puts: 3),
      snapshots: [
        snapshotName(through: 2): snapshotBytes(through: 2),
        snapshotName(through: 4): damaged(
          snapshotBytes(through: 4), fromEnd: SnapshotFooter.byteCount + 3),
      ]),
    Row(
      "A damaged header, and an older base", .previousGeneration, survivors: 5,
      segment(first: 3, puts: 3),
      snapshots: [
        snapshotName(through: 2): snapshotBytes(through: 2),
        snapshotName(through: 4): damaged(
          snapshotBytes(through: 4), fromEnd: snapshotBytes(through: 4).count - 30),
      ]),
    Row(
      "A damaged footer and nothing before it", .damage(.snapshotFooter),
      segment(first: 4, puts: 1),
      snapshots: [snapshotName(through: 3): damaged(snapshotBytes(through: 3), fromEnd: 20)]),
    Row(
      "A damaged index and nothing before it", .damage(.snapshotIndex),
      segment(first: 4, puts: 1),
      snapshots: [
        snapshotName(through: 3): damaged(
          snapshotBytes(through: 3), fromEnd: SnapshotFooter.byteCount + 3)
      ]),
    Row(
      "A snapshot of no bytes and nothing before it", .damage(.header), segment(first: 4, puts: 1),
      snapshots: [snapshotName(through: 3): []]),
    Row(
      "A damaged watermark", .damage(.watermark), segment(puts: 3),
      snapshots: ["WATERMARK": damaged(Watermark.bytes(3), fromEnd: 30)]),
    Row(
      "A watermark of no bytes", .damage(.watermark), segment(puts: 3),
      snapshots: ["WATERMARK": []]),
    // A newer version of the format.
    Row(
      "A segment of a newer version", .newerFormat, segment(puts: 2),
      snapshots: headerless(3, newer(segment(first: 3, puts: 1).bytes, headerByteCount: 80))),
    Row(
      "A snapshot of a newer version", .newerFormat, segment(puts: 4),
      snapshots: [snapshotName(through: 3): newer(snapshotBytes(through: 3), headerByteCount: 80)]),
    Row(
      "A watermark of a newer version", .newerFormat, segment(puts: 2),
      snapshots: ["WATERMARK": newer(Watermark.bytes(2), headerByteCount: 64)]),
  ]

  /// The same file, written by the next version, whose header has its checksum at the same place.
  private static func newer(_ bytes: [UInt8], headerByteCount: Int) -> [UInt8] {
    var bytes = bytes
    bytes[8] += 1
    let checksum = CRC32C.checksum(bytes.span.extracting(0..<(headerByteCount - 4)))
    bytes.storeUInt32(checksum, at: headerByteCount - 4)
    return bytes
  }
}
