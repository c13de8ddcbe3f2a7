import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("Verification looks at every byte and knows what damage means")
struct InspectionVerificationTests {
  /// What a check of a store reports of how far it has come.
  private static func progress(of system: SimulatedFileSystem) throws -> [InspectionProgress] {
    var reports: [InspectionProgress] = []
    _ = try StoreVerifier.verify(system.store) { reports.append($0) }
    return reports
  }

  @Test(
    "What has been checked never falls, also where damage has the log looked at twice",
    arguments: ["a commit", "a header", "a snapshot"])
  func progress(damaged: String) throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(8 << 20))
    let value = String(repeating: "x", count: 100_000)
    for number in 0..<8 { try journal.commit([.put("a\(number)", value)]) }
    try journal.compact(isFull: true)
    for number in 0..<40 { try journal.commit([.put("b\(number)", value)]) }
    try journal.close()
    switch damaged {
    case "a commit": try system.replace(try #require(system.segmentNames.last)) { $0[300_000] ^= 1 }
    case "a header": try system.replace(try #require(system.segmentNames.last)) { $0[20] ^= 1 }
    default: try system.replace(try #require(system.snapshotNames.last)) { $0[20] ^= 1 }
    }
    #expect(try system.verify().isDamaged)
    let reports = try Self.progress(of: system)
    let counts = reports.map(\.byteCount)
    #expect(counts == counts.sorted(), "\(counts)")
    let totals = Set(reports.map(\.totalByteCount))
    #expect(totals.count == 1 && totals.first == counts.last, "\(counts) of \(totals)")
  }

  @Test("A sound store has no findings, superseded files included")
  func findsNothing() throws {
    let system = try SimulatedFileSystem.grownStore()
    let result = try system.verify()
    #expect(result.findings.isEmpty)
    #expect(result.segmentCount == system.segmentNames.count)
    #expect(result.snapshotCount == system.snapshotNames.count)
    #expect(result.snapshotCount == 2)
    #expect(result.lastSequence == (try system.readState().report.lastSequence))
    #expect(result.lostSequences.isEmpty)
    #expect(result.byteCount > 0)
  }

  /// The law: what verification calls sound can be read and is what was there; where it calls the
  /// state intact, nobody ever sees another state; and it misses nothing that opening refuses. Where
  /// nothing tells how far the log reached (a kill, and no watermark), it may end early.
  @discardableResult private func checkLaw(
    _ system: SimulatedFileSystem, original: StoreState, prefixes: [StoreState],
    knowsEnd: Bool, _ what: @autoclosure () -> String
  ) throws -> InspectionFinding.Severity? {
    let image = try system.image
    let result: JournalVerification
    do {
      result = try system.verify()
    } catch let error as JournalError {
      // A version that is not ours is not damage; nothing else may end a verification here.
      if case .newerFormat = error.reason { return .covered }
      Issue.record("\(what()): \(error)")
      return nil
    }
    #expect(try system.image == image, "\(what()) was written to")
    var read: Result<StoreState, JournalError>
    do { read = .success(try system.readState().state) } catch { read = .failure(error) }
    switch read {
    case .failure(let error):
      #expect(!result.isStateIntact, "\(what()): reading says \(error), verification nothing")
    case .success(let state):
      if !result.isDamaged {
        #expect(prefixes.contains(state), "\(what()): unnoticed, and another state")
        if knowsEnd {
          #expect(state == original, "\(what()): the watermark was there, and commits are gone")
        }
      } else if result.isStateIntact {
        #expect(state == original, "\(what()): called intact, and is another state")
      }
    }
    return result.worst
  }

  /// The states that a torn tail may leave: after each commit of the last segments.
  private func prefixes(of system: SimulatedFileSystem) throws -> [StoreState] {
    let last = try system.readState().report.lastSequence.rawValue
    return try (0...last).compactMap { sequence in
      do {
        return try JournalReader(storePath, in: system, at: LogSequenceNumber(sequence)).view
          .state()
      } catch let error as JournalError where error.reason == .unreachable {
        return nil
      }
    }
  }

  @Test("Any flipped bit is noticed, in any file, and called what it is", arguments: [true, false])
  func flippedBits(isClosed: Bool) throws {
    let system = try SimulatedFileSystem.grownStore(closing: isClosed)
    let original = try system.readState().state
    let prefixes = try prefixes(of: system)
    for name in system.storeNames where name != "LOCK" {
      let bytes = try system.bytes(name)
      for offset in bytes.indices {
        try system.replace(name) { $0[offset] ^= 1 << (offset % 8) }
        let worst = try checkLaw(
          system, original: original, prefixes: prefixes, knowsEnd: isClosed,
          "\(name) flipped at \(offset)")
        #expect(worst ?? .note >= .tornTail, "\(name) flipped at \(offset) goes unnoticed")
        try system.replace(name) { $0 = bytes }
      }
    }
  }

  @Test("Any cut is noticed or harmless, in any file", arguments: [true, false])
  func cuts(isClosed: Bool) throws {
    let system = try SimulatedFileSystem.grownStore(closing: isClosed)
    let original = try system.readState().state
    let prefixes = try prefixes(of: system)
    for name in system.storeNames where name != "LOCK" {
      let bytes = try system.bytes(name)
      for length in stride(from: 0, to: bytes.count, by: 3) {
        try system.replace(name) { $0 = Array(bytes[..<length]) }
        try checkLaw(
          system, original: original, prefixes: prefixes, knowsEnd: isClosed,
          "\(name) cut to \(length)")
      }
      try system.replace(name) { $0 = bytes }
    }
  }

  @Test("Any missing file, and any two, are noticed or harmless")
  func missingFiles() throws {
    let whole = try SimulatedFileSystem.grownStore()
    let original = try whole.readState().state
    let prefixes = try prefixes(of: whole)
    let names = whole.storeNames.filter { $0 != "LOCK" }
    for first in names {
      for second in names {
        let system = try SimulatedFileSystem.grownStore()
        for name in Set([first, second]) {
          try system.removeFile(at: storePath + "/" + name)
        }
        try checkLaw(
          system, original: original, prefixes: prefixes,
          knowsEnd: first != "WATERMARK" && second != "WATERMARK",
          "without \(first) and \(second)")
      }
    }
  }

  @Test(
    "Damage does not end the check: three damaged places are three findings, each with its place")
  func findsAll() throws {
    var segment = SegmentBuilder()
    segment.appendPuts(40)
    for number in [4, 11, 30] { segment.flipBit(at: segment.offsets[number] + 40) }
    let system = try SimulatedFileSystem.store([
      segment.name: segment.bytes, "WATERMARK": Watermark.bytes(39),
    ])
    let result = try system.verify()
    #expect(result.findings.map(\.severity) == [.loss, .loss, .loss])
    #expect(result.findings.map(\.sequence?.rawValue) == [5, 12, 31])
    #expect(result.findings.map(\.lastSequence?.rawValue) == [5, 12, 31])
    #expect(result.findings.map(\.offset) == [4, 11, 30].map { Int64(segment.offsets[$0]) })
    #expect(
      result.lostSequences == [.range(5...5), .range(12...12), .range(31...31)])
    #expect(result.recordCount == 37)
    #expect(result.lastSequence == LogSequenceNumber(40))
    #expect(result.findings.allSatisfy { $0.advice.contains("--at 4") })
  }

  @Test("A key that a later commit changes is not at risk")
  func keysAtRisk() throws {
    var segment = SegmentBuilder()
    segment.append([.put("lost", "1"), .put("saved", "1"), .put("gone/x", "1")])
    segment.append([.put("saved", "2")])
    segment.append([.removePrefix("gone/")])
    // The value of the last change of the first record.
    segment.flipBit(at: segment.offsets[1] - 1)
    let system = try SimulatedFileSystem.store([
      segment.name: segment.bytes, "WATERMARK": Watermark.bytes(3),
    ])
    let finding = try #require(try system.verify().findings.first)
    #expect(finding.keysAtRisk == [Array("lost".utf8)])
  }

  @Test("A segment that is missing is named with the commits that were in it")
  func missingSegment() throws {
    var first = SegmentBuilder()
    first.appendPuts(3)
    var third = SegmentBuilder(first: 7, salt: 3, previousSalt: 2)
    third.appendPuts(2)
    let system = try SimulatedFileSystem.store([
      first.name: first.bytes, third.name: third.bytes, "WATERMARK": Watermark.bytes(6),
    ])
    let result = try system.verify()
    #expect(result.lostSequences == [.range(4...6)])
    #expect(result.findings.map(\.kind) == [.damage(.gap)])
    #expect(result.findings.first?.sequence == LogSequenceNumber(4))
    #expect(result.findings.first?.lastSequence == LogSequenceNumber(6))
  }

  @Test("What recovery refuses is never called intact: bytes between commits, nonsense in the last")
  func agreesWithRecovery() throws {
    var between = SegmentBuilder()
    between.append([.put("a", "1")])
    between.appendRaw([UInt8](repeating: 0xAA, count: 12))
    between.append([.put("b", "2")])
    between.append([.put("c", "3")])
    var nonsense = SegmentBuilder()
    nonsense.append { record in record += [0x21, 0, 0] }
    for builder in [between, nonsense] {
      let system = try SimulatedFileSystem.store([builder.name: builder.bytes])
      #expect(throws: JournalError.self) { try system.readState() }
      let result = try system.verify()
      #expect(result.worst == .loss && !result.isStateIntact)
    }
  }

  @Test("The greatest sequence number, and what hostile bytes put behind it, end no process")
  func greatestNumbers() throws {
    var segment = SegmentBuilder(first: .max)
    for sequence in [UInt64.max, 0, 1] {
      var record: [UInt8] = []
      let start = RecordEncoder.begin(
        in: &record, sequence: LogSequenceNumber(sequence), time: .min)
      RecordChange.appendPut(key: [1].span, value: [2].span, to: &record)
      RecordEncoder.finish(in: &record, from: start)
      var history = HistoryChecksum.empty
      RecordEncoder.stamp(
        &record, from: start, durableThrough: LogSequenceNumber(.max),
        seed: segment.header.recordSeed, history: &history)
      segment.appendRaw(record)
    }
    let system = try SimulatedFileSystem.store([segment.name: segment.bytes])
    #expect(try system.verify().worst == .loss)
    _ = try system.status()
    _ = try system.walk()
  }

  @Test(
    "A damaged watermark is a loss, as no opening goes past it, and a repair is what comes next",
    arguments: [true, false])
  func damagedWatermark(isLogWhole: Bool) throws {
    let system = try SimulatedFileSystem.grownStore()
    let last = try #require(system.segmentNames.last)
    // Of a log that has lost its end, nothing but the watermark could tell.
    if !isLogWhole {
      let cut = try Int(#require(system.walk().records.last).offset)
      try system.replace(last) { $0 = Array($0[..<cut]) }
    }
    try system.replace("WATERMARK") { $0[40] ^= 1 }
    let error = #expect(throws: JournalError.self) { try system.readState() }
    #expect(error?.reason == .damage(.watermark))
    let result = try system.verify()
    #expect(result.worst == .loss && !result.isStateIntact)
    let finding = try #require(result.findings.first)
    #expect(finding.kind == .damage(.watermark))
    #expect(finding.advice.contains("journal-tool repair state -n"))
    try system.repair(.tail)
    #expect(try system.verify().findings.isEmpty)
    #expect(try system.readState().report.lastSequence == result.lastSequence)
  }

  @Test("What is left over or foreign is a note")
  func notes() throws {
    let system = try SimulatedFileSystem.grownStore()
    try system.replaceContents(of: storePath + "/notes.txt", with: [1])
    try system.replaceContents(
      of: storePath + "/00000000000000000000-00000000000000000099.snapshot.tmp", with: [1])
    let result = try system.verify()
    #expect(result.findings.map(\.severity) == [.note, .note])
    #expect(Set(result.findings.map(\.kind.description)) == ["foreign file", "unfinished file"])
    #expect(result.isStateIntact)
  }

  @Test("A torn tail is one, and the commit that a running writer is about to finish is a note")
  func tornTails() throws {
    var segment = SegmentBuilder()
    segment.appendPuts(3)
    segment.cut(5)
    let files = [segment.name: segment.bytes, "WATERMARK": Watermark.bytes(0)]
    let system = try SimulatedFileSystem.store(files)
    #expect(try system.verify().worst == .tornTail)
    let lock = try DirectoryLock.acquire(.writer, in: system.store)
    #expect(try system.verify().worst == .note)
    lock.release()
  }

  @Test("A compaction that is told to rewrites a damaged snapshot from the generation before")
  func rewrites() throws {
    let system = try SimulatedFileSystem.grownStore()
    let journal = try system.open()
    try journal.compact(isFull: true)
    try journal.close()
    let original = try system.readState().state
    let newest = try #require(system.snapshotNames.max())
    try system.replace(newest) { $0[100] ^= 1 }
    let before = try system.verify()
    #expect(before.worst == .covered)
    #expect(before.findings.first?.file.hasSuffix(newest) == true)
    #expect(before.findings.first?.advice.contains("--rewrite") == true)
    #expect(try LiveCompaction.compact(storePath, in: system) == nil)
    let report = try LiveCompaction.compact(storePath, in: system, isForced: true)
    #expect(report?.file == newest)
    #expect(try system.verify().findings.isEmpty)
    #expect(try system.readState().state == original)
  }
}
