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
      isNextSegmentBegun: Bool = false, _ segments: SegmentBuilder...,
      snapshots: [String: [UInt8]] = [:]
    ) {
      testDescription = title
      self.expectation = expectation
      self.survivors = survivors
      files = snapshots
      var older: SegmentBuilder?
      for segment in segments {
        let isNext = older?.next == segment.header.firstSequence.rawValue
        let joined = isNext ? older.map { segment.following($0) } ?? segment : segment
        files[joined.name] = joined.bytes
        older = joined
      }
      if let watermark {
        files["WATERMARK"] = Watermark.bytes(watermark, isNextSegmentBegun: isNextSegmentBegun)
      }
    }
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
