import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// A log with many bad records costs what one with few does, for each byte of it.
@Suite("A log with many damages")
struct ManyDamagesTests {
  private static let stride = 5

  /// A last segment in which every fifth record is bad, and says nothing of what was durable but in its
  /// last record, or in every one.
  private func log(
    damages: Int, isSynced: Bool
  ) throws -> (system: SimulatedFileSystem, byteCount: Int) {
    var segment = SegmentBuilder()
    let count = damages * Self.stride
    for number in 1...count {
      segment.append(
        [.put("k\(number)", String(repeating: "v", count: 100))],
        durableThrough: isSynced || number == count ? nil : 0)
    }
    for number in 0..<damages { segment.flipBit(at: segment.offsets[number * Self.stride] + 60) }
    return (try .store([segment.name: segment.bytes]), segment.bytes.count)
  }

  private func readByteCount(
    _ system: SimulatedFileSystem, _ body: () throws -> Void
  ) rethrows -> Int {
    let before = system.operationCount
    try body()
    return system.operations.dropFirst(before).filter { $0.kind == .read }
      .reduce(0) { $0 + ($1.byteCount ?? 0) }
  }

  @Test(
    "Verification, and the plan of a repair, read four times as much of four times the log",
    arguments: [true, false])
  func linear(isSynced: Bool) throws {
    var verified: [Int] = []
    var planned: [Int] = []
    for damages in [100, 400] {
      let (system, _) = try log(damages: damages, isSynced: isSynced)
      verified.append(
        try readByteCount(system) {
          let result = try system.verify()
          #expect(result.findings.count { $0.kind == .damage(.record) } == damages)
          #expect(result.recordCount == damages * (Self.stride - 1))
          #expect(result.lostSequences.count == damages)
        })
      planned.append(
        try readByteCount(system) {
          let plan = try Repair(system.store, mode: .dropDamaged).plan
          #expect(plan.lostSequences.count == damages)
        })
    }
    #expect(verified[1] < 6 * verified[0], "\(verified)")
    #expect(planned[1] < 6 * planned[0], "\(planned)")
  }

  @Test(
    "What a search has found answers for other records as a new search would", arguments: 1...40)
  func witnesses(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var segment = SegmentBuilder()
    // Durable now and then, as a buffered log is.
    var durable: UInt64 = 0
    for number in 1...40 as ClosedRange<UInt64> {
      if Int.random(in: 0..<8, using: &generator) == 0 {
        durable = .random(in: durable..<number, using: &generator)
      }
      segment.append([.put("k\(number)", "v")], durableThrough: durable)
    }
    for offset in segment.offsets where Int.random(in: 0..<3, using: &generator) == 0 {
      segment.flipBit(at: offset + 40)
    }
    let system = try SimulatedFileSystem.store([segment.name: segment.bytes])
    let reader = try #require(
      try SegmentReader.open(
        segment.name, in: system.store, first: LogSequenceNumber(1), isLast: true, store: nil))
    var kept = WitnessSearch()
    var answers: Set<Bool> = []
    for (index, offset) in segment.offsets.enumerated() {
      let bad = LogSequenceNumber(UInt64(index + 1))
      var new = WitnessSearch()
      let answer = try new.hasWitness(in: reader, from: Int64(offset), bad: bad)
      // Twice, as a place is looked at twice.
      for _ in 0..<2 {
        #expect(
          try kept.hasWitness(in: reader, from: Int64(offset), bad: bad) == answer,
          "record \(bad), seed \(seed)")
      }
      answers.insert(answer)
    }
    #expect(answers.contains(false))
  }
}
