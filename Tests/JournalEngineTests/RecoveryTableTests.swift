import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Whole stores, one for each row of the recovery table, built byte by byte.
@Suite("Recovery decides by the table")
struct RecoveryTableTests {
  enum Expectation: Sendable {
    case clean
    case torn(undecidable: Bool, sequence: UInt64, keys: [String])
    case headerless
    case previousGeneration
    case damage(JournalError.Damage)
    case newerFormat
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var expectation: Expectation
    var files: [String: [UInt8]]
    /// How many of the puts are left.
    var survivors: Int

    init(
      _ title: String, _ expectation: Expectation, survivors: Int = 0, watermark: UInt64? = nil,
      _ segments: SegmentBuilder..., snapshots: [String: [UInt8]] = [:]
    ) {
      testDescription = title
      self.expectation = expectation
      self.survivors = survivors
      files = snapshots
      for segment in segments { files[segment.name] = segment.bytes }
      if let watermark { files["WATERMARK"] = Watermark.bytes(watermark) }
    }
  }

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
      "The watermark is reached", .clean, survivors: 3, watermark: 3, segment(puts: 3)),
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
      "A last segment without a header: empty", .headerless, survivors: 2, watermark: 2,
      segment(puts: 2), snapshots: headerless(3, [])),
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
        snapshotName(through: 4): damaged(snapshotBytes(through: 4), fromEnd: 115),
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
      snapshots: [snapshotName(through: 3): damaged(snapshotBytes(through: 3), fromEnd: 115)]),
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

  @Test("Opening for writing does what the table says", arguments: rows)
  func openForWriting(row: Row) throws {
    let system = try SimulatedFileSystem.store(row.files)
    let before = try system.image
    switch row.expectation {
    case .damage, .newerFormat:
      let error = #expect(throws: JournalError.self) { try system.open() }
      expect(error, row.expectation)
      let after = try system.image
      #expect(after == before, "a store found damaged is left byte for byte as found")
      #expect(system.writes(after: 0).allSatisfy { $0.kind == .lock })
    case .clean, .torn, .headerless, .previousGeneration:
      let journal = try system.open()
      let recovered = try journal.state()
      #expect(recovered == puts(row.survivors))
      try check(journal.recoveryReport, row, system, before: before)
      try journal.close()

      let again = try system.open()
      #expect(again.recoveryReport.tornTail == nil, "a second opening finds nothing to repair")
      let second = try again.state()
      #expect(second == recovered)
      try again.commit([.put("new", "value")])
      let third = try again.state()
      #expect(third == recovered.merging(["new": "value"]) { $1 })
    }
  }

  @Test("Reading says the same, takes no lock and writes nothing", arguments: rows)
  func read(row: Row) throws {
    let system = try SimulatedFileSystem.store(row.files)
    let before = try system.image
    switch row.expectation {
    case .damage, .newerFormat:
      let error = #expect(throws: JournalError.self) { try system.readState() }
      expect(error, row.expectation)
    case .clean, .headerless, .torn, .previousGeneration:
      let (state, report) = try system.readState()
      #expect(state == puts(row.survivors))
      if case .torn(let undecidable, let sequence, let keys) = row.expectation {
        let torn = try #require(report.tornTail)
        #expect(torn.isUndecidable == undecidable)
        #expect(torn.sequence == LogSequenceNumber(sequence))
        #expect(torn.keysAtRisk.map { String(decoding: $0, as: UTF8.self) } == keys)
        #expect(torn.quarantinedAs == nil)
      } else {
        #expect(report.tornTail == nil)
      }
    }
    let after = try system.image
    #expect(after == before)
    #expect(system.writes(after: 0).isEmpty)
  }

  private func expect(_ error: JournalError?, _ expectation: Expectation) {
    guard let error else { return }
    switch (expectation, error.reason) {
    case (.damage(let expected), .damage(let kind)):
      #expect(kind == expected, "\(error)")
      #expect(error.offset != nil)
      #expect(error.sequence != nil || kind == .watermark || kind == .header, "\(error)")
      #expect(error.file.hasPrefix(storePath + "/"))
      #expect(!error.detail.isEmpty)
    case (.newerFormat, .newerFormat(let version)):
      #expect(version == 2)
    default:
      Issue.record("\(expectation) was expected, and this came: \(error)")
    }
  }

  private func check(
    _ report: RecoveryReport, _ row: Row, _ system: SimulatedFileSystem, before: [String: [UInt8]]
  ) throws {
    switch row.expectation {
    case .clean:
      #expect(report.tornTail == nil)
      #expect(report.damagedSnapshots.isEmpty)
      #expect(system.quarantineNames.isEmpty)
    case .torn(let undecidable, let sequence, let keys):
      let torn = try #require(report.tornTail)
      #expect(torn.isUndecidable == undecidable)
      #expect(torn.sequence == LogSequenceNumber(sequence))
      #expect(torn.keysAtRisk.map { String(decoding: $0, as: UTF8.self) } == keys)
      let old = try #require(before[torn.file])
      let name = try #require(torn.quarantinedAs)
      let copy = try system.bytes(name)
      #expect(copy == Array(old[Int(torn.offset)...].prefix(Int(torn.byteCount))))
      #expect(old[(Int(torn.offset) + copy.count)...].allSatisfy { $0 == 0 })
      let cut = try system.contents(of: torn.file)
      #expect(cut == Array(old[..<Int(torn.offset)]))
    case .headerless:
      #expect(report.tornTail == nil)
    case .previousGeneration:
      #expect(report.damagedSnapshots.count == 1)
      #expect(report.tornTail == nil)
    case .damage, .newerFormat:
      break
    }
  }
}
