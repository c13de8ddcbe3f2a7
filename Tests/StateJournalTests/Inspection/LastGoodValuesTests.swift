import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("The last good values of many findings")
struct LastGoodValuesTests {
  /// A store with a snapshot in the middle of its log, which is damaged in many places on both sides.
  private func damaged() throws -> SimulatedFileSystem {
    let system = SimulatedFileSystem(seed: 6)
    var options = JournalOptions()
    options.compactionByteCount = nil
    options.preallocationByteCount = 0
    options.segmentByteCount = 1 << 20
    let storage = try JournalStateStorage.open("state", options: options, in: system)
    func write(_ round: Int) throws {
      for number in 0..<300 {
        try storage.update(
          .stream("s\(number)", of: "orders"), to: ["n": .int(Int64(round)), "pad": "0123456789"])
      }
    }
    for round in 0..<2 { try write(round) }
    try storage.compact(full: true)
    for round in 2..<4 { try write(round) }
    try storage.close()
    for path in system.filePaths where path.hasSuffix(".journal") {
      var bytes = try system.contents(of: path)
      // Behind a part that is whole, since that is what would be read again and again. In values, so that
      // the keys can be made out.
      let mark = Array("0123456789".utf8)
      var count = 0
      for offset in bytes.count / 2..<bytes.count - 200 where bytes[offset] == mark[0] {
        guard bytes[offset...].starts(with: mark) else { continue }
        count += 1
        if count % 3 == 0 { bytes[offset] ^= 0x20 }
      }
      try system.replaceContents(of: path, with: bytes)
    }
    return system
  }

  @Test("They are those of each finding by itself, and the log is read for few of them")
  func readOnce() throws {
    let system = try damaged()
    let inspector = JournalInspector("state", in: system)
    let findings = try inspector.verify().findings.filter { !$0.keysAtRisk.isEmpty }
    #expect(findings.count > 40)
    func openCount(_ body: () throws -> Void) rethrows -> Int {
      let before = system.operationCount
      try body()
      return system.operations.dropFirst(before).count {
        $0.kind == .open && $0.path.hasSuffix(".journal")
      }
    }
    var alone: [[InspectedEntry]?] = []
    let openedAlone = try openCount {
      alone = try findings.map { try inspector.lastGoodValues(for: $0) }
    }
    #expect(alone.contains { $0?.isEmpty == false })
    var together: [[InspectedEntry]?] = []
    let opened = openCount {
      var values = LastGoodValues(inspector)
      together = findings.map { values.values(for: $0) }
    }
    #expect(together.map { $0?.count } == alone.map { $0?.count })
    #expect(opened * 5 < openedAlone, "\(opened) instead of \(openedAlone)")
  }

  @Test("Damage to a part of a snapshot leaves keys of other parts their last good values")
  func partOfSnapshot() throws {
    let system = SimulatedFileSystem(seed: 6)
    var options = JournalOptions()
    options.compactionByteCount = nil
    options.preallocationByteCount = 0
    options.retainedGenerationCount = 0
    func address(_ number: Int) -> StateAddress { .stream("s\(number)", of: "orders") }
    let storage = try JournalStateStorage.open("state", options: options, in: system)
    for number in 100..<400 {
      try storage.update(
        address(number),
        to: ["n": .int(Int64(number)), "pad": .string(String(repeating: "p", count: 200))])
    }
    try storage.compact(full: true)
    try storage.close()
    // Whole records of what is no state, which verify finds and which the log is read past.
    let journal = try Journal.open("state", in: system, options: options)
    for number in [100, 390] {
      try journal.commit { record in
        let key = StateKeyCoding.key(of: address(number))
        RecordChange.appendPut(key: key.span, value: [0xFF].span, to: &record)
        return true
      }
    }
    try journal.close()
    let inspector = JournalInspector("state", in: system)
    let findings = try inspector.verifyDeeply().findings.filter { $0.kind == .noState }
    #expect(findings.count == 2, "\(findings)")
    let snapshot = try #require(system.filePaths.first { $0.hasSuffix(".snapshot") })
    var bytes = try system.contents(of: snapshot)
    // In the first of several blocks.
    bytes[1000] ^= 1
    try system.replaceContents(of: snapshot, with: bytes)
    var values = LastGoodValues(inspector)
    let found = findings.map { values.values(for: $0) }
    #expect(found.map { $0?.count } == [nil, 1])
  }
}
