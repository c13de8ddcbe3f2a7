import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("What an opening has found damaged counts for nothing until the store is closed")
struct DamageAtOpeningTests {
  /// A store with bases, runs on top of them, and little log left.
  private func store(
    rounds: Int, fullAfter full: Int, segmentByteCount: Int
  ) throws
    -> (system: SimulatedFileSystem, state: StoreState)
  {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(segmentByteCount)
    options.maximumRunCount = 2
    options.rewriteShare = 1e9
    let journal = try system.open(options)
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    try journal.compact(isFull: true)
    for round in 0..<rounds {
      for number in 0..<4 { try journal.commit([.put("a\(number)/\(round % 3)", "\(round)")]) }
      if round < rounds - 1 { try journal.compact(isFull: round == full) }
    }
    let state = try journal.state()
    try journal.close()
    return (system, state)
  }

  /// Of two damaged snapshots, the first one's footer and a block of the second one.
  private func forEachPair(
    _ body: (SimulatedFileSystem, Set<SnapshotRange>, StoreState) throws -> Void
  ) throws {
    for (rounds, full, segmentByteCount) in [(12, 3, 300), (12, 5, 1500), (9, 2, 250)] {
      let (original, state) = try store(
        rounds: rounds, fullAfter: full, segmentByteCount: segmentByteCount)
      let snapshots = try DirectoryListing.read(original.store).snapshots
      for first in snapshots {
        for second in snapshots where second != first {
          let system = original.afterProcessKill()
          try system.replace(FileName.snapshot(first).text) { $0[$0.count - 6] ^= 0x40 }
          try system.replace(FileName.snapshot(second).text) { $0[100] ^= 0x40 }
          guard (try? system.readState().state) == state else { continue }
          try body(system, [first, second], state)
        }
      }
    }
  }

  /// Whether of these files all could go, by what is sound.
  private func mayGo(
    _ names: [String], of before: DirectoryListing, _ system: SimulatedFileSystem,
    damaged: Set<SnapshotRange>
  ) throws -> Bool {
    var listing = try DirectoryListing.read(system.store)
    listing.snapshots = Set(listing.snapshots + before.snapshots)
      .sorted { ($0.through, $0.after) < ($1.through, $1.after) }
    listing.segments = Set(listing.segments + before.segments).sorted()
    let removable = Retention.removable(
      listing, current: listing.chain(limit: nil, without: damaged),
      sound: Set(listing.snapshots).subtracting(damaged), generationCount: 1)
    return Set(names).isSubset(of: removable.map(\.text))
  }

  @Test("P6: a journal's compactions remove nothing for the sake of what it has found damaged")
  func compaction() throws {
    var compactions = 0
    try forEachPair { system, damaged, state in
      let journal = try system.open(.small(300))
      guard journal.recoveryReport.damagedSnapshots.count == 2 else { return }
      let before = try DirectoryListing.read(system.store)
      try journal.commit([.put("new", "v")])
      let report = try #require(try journal.compact())
      #expect(
        try mayGo(report.removedFiles, of: before, system, damaged: damaged),
        "\(damaged): \(report.removedFiles)")
      #expect(try journal.state() == state.merging(["new": "v"]) { $1 })
      compactions += 1
    }
    #expect(compactions > 3, "\(compactions)")
  }

  /// Without scratch files, snapshots among the log are read when it is.
  @Test("P6: nor does a compaction from outside, also where there is no place for scratch files")
  func compactionFromOutside() throws {
    var compactions = 0
    try forEachPair { system, damaged, state in
      let found = try LogLoader.load(system.store, for: .reader, keeping: .nothing)
      guard found?.damagedSnapshots == damaged else { return }
      system.inject(Fault(.inputOutput, of: .open, on: ".scratch", repetitions: 1000))
      let before = try DirectoryListing.read(system.store)
      let report = try #require(
        try LiveCompaction.compact(storePath, in: system, isForced: true, beyond: 0))
      #expect(
        try mayGo(report.removedFiles, of: before, system, damaged: damaged),
        "\(damaged): \(report.removedFiles)")
      #expect(try system.readState().state == state)
      compactions += 1
    }
    #expect(compactions > 3, "\(compactions)")
  }

  @Test("A snapshot that somebody else has written anew serves the journal that found it damaged")
  func writtenAnew() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    options.maximumRunCount = 100
    options.retainedGenerationCount = 0
    let journal = try system.open(.small(300))
    // So large that what comes later is written as a run on top of it.
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    for number in 0..<4 { try journal.commit([.put("a\(number)", "1")]) }
    try journal.compact(isFull: true)
    for number in 0..<4 { try journal.commit([.put("b\(number)", "1")]) }
    try journal.compact(isFull: true)
    let expected = try journal.state()
    // A last base up to the very last commit, over an earlier one.
    let newest = try #require(system.snapshotNames.max())
    for offset in [-6, 100] {
      let machine = system.afterProcessKill()
      try machine.replace(newest) { $0[offset < 0 ? $0.count + offset : offset] ^= 0x40 }
      let writer = try machine.open(options)
      #expect(try writer.state() == expected)
      let report = try LiveCompaction.compact(
        storePath, in: machine, retainedGenerationCount: 0, isForced: true)
      #expect(report?.file == newest)
      #expect(machine.snapshotNames == [newest])
      var state = expected
      for round in 0..<4 {
        for number in 0..<4 {
          try writer.commit([.put("c\(number)", "\(round)")])
          state["c\(number)"] = "\(round)"
        }
        try writer.compact()
        #expect(
          try machine.afterPowerLoss(.allLost).open(options).state() == state, "\(offset) \(round)")
        #expect(try machine.verify().isStateIntact)
      }
      #expect(try writer.state() == state)
      // The new one is what the rest builds on.
      let chain = try DirectoryListing.read(machine.store).chain(limit: nil)
      #expect(chain.last?.through ?? .zero > LogSequenceNumber(12), "\(chain)")
    }
  }
}
