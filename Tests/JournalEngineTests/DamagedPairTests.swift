import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// Of a store with several generations of bases and runs, some files are damaged at once.
@Suite("What is there serves, whatever else is damaged")
struct DamagedPairTests {
  private static let footer = -6
  private static let block = 100

  /// A store with everything that was true of it on the way.
  private struct Store {
    let system = SimulatedFileSystem(seed: 1)
    var past: [LogSequenceNumber: StoreState] = [:]
    /// The last commit of each segment that has been begun, but for the last one.
    var ends: [LogSequenceNumber: LogSequenceNumber] = [:]

    init(rounds: Int, fullAfter full: Int, segmentByteCount: Int) throws {
      var options = JournalOptions.small(segmentByteCount)
      options.maximumRunCount = 2
      options.rewriteShare = 1e9
      let journal = try system.open(options)
      func commit(_ changes: [StoreChange]) throws {
        try journal.commit(changes)
        past[journal.lastSequence] = try journal.state()
        let segments = try DirectoryListing.read(system.store).segments
        for (first, next) in zip(segments, segments.dropFirst()) where ends[first] == nil {
          ends[first] = next.previous
        }
      }
      try commit([.put("z", String(repeating: "z", count: 4000))])
      try journal.compact(isFull: true)
      for round in 0..<rounds {
        for number in 0..<4 { try commit([.put("a\(number)/\(round % 3)", "\(round)")]) }
        if round % 3 == 2 { try commit([.removePrefix("a\(round % 4)/")]) }
        if round < rounds - 1 { try journal.compact(isFull: round == full) }
      }
      try journal.close()
    }

    var state: StoreState { past.max { $0.key < $1.key }?.value ?? [:] }

    func damaging(_ names: [String], at offset: Int) throws -> SimulatedFileSystem {
      let damaged = system.afterProcessKill()
      for name in names {
        try damaged.replace(name) { $0[offset < 0 ? $0.count + offset : offset] ^= 0x40 }
      }
      return damaged
    }

    /// The commits that a way leads to from the empty state, over snapshots that begin where the way has
    /// come to, and records of segments.
    func reach(without damaged: SnapshotRange) throws -> [LogSequenceNumber] {
      let listing = try DirectoryListing.read(system.store)
      let last = past.keys.max() ?? .zero
      var reached: Set<LogSequenceNumber> = [.zero]
      for number in 0..<last.rawValue where reached.contains(LogSequenceNumber(number)) {
        let sequence = LogSequenceNumber(number)
        for range in listing.snapshots where range != damaged && range.after == sequence {
          reached.insert(range.through)
        }
        let hasRecord = listing.segments.contains { first in
          first <= sequence.next && sequence.next <= ends[first] ?? last
        }
        if hasRecord { reached.insert(sequence.next) }
      }
      return reached.intersection(past.keys).sorted()
    }
  }

  private static let shapes = [(12, 3, 300), (12, 5, 1500), (9, 2, 250)]

  @Test(
    "With two snapshots damaged, a store opens just where a verification calls its state intact",
    arguments: [footer, block])
  func pairs(offset: Int) throws {
    var (openings, refusals) = (0, 0)
    for (rounds, full, segmentByteCount) in Self.shapes {
      let store = try Store(rounds: rounds, fullAfter: full, segmentByteCount: segmentByteCount)
      let names = store.system.snapshotNames
      for (index, first) in names.enumerated() {
        for second in names[(index + 1)...] {
          let place = "\(first) and \(second) of \(names)"
          let system = try store.damaging([first, second], at: offset)
          let isIntact = try system.verify().isStateIntact
          for memory in [ReplayMemory.unbounded, .bounded(byteCount: 1)] {
            let seen = try? system.readState(within: memory).state
            #expect(seen == (isIntact ? store.state : nil), "\(place), \(memory)")
          }
          if isIntact {
            openings += 1
            #expect(try system.open().state() == store.state, "\(place)")
          } else {
            refusals += 1
          }
        }
      }
    }
    #expect(openings > 20 && refusals > 3, "\(openings) openings, \(refusals) refusals")
  }

  @Test("With one snapshot damaged, every past state is there that the files lead to")
  func past() throws {
    var seenCount = 0
    for (rounds, full, segmentByteCount) in Self.shapes {
      let store = try Store(rounds: rounds, fullAfter: full, segmentByteCount: segmentByteCount)
      for damaged in try DirectoryListing.read(store.system.store).snapshots {
        let system = try store.damaging([FileName.snapshot(damaged).text], at: Self.footer)
        for sequence in try store.reach(without: damaged) {
          seenCount += 1
          let state = try? JournalReader(storePath, in: system, at: sequence).view.state()
          #expect(state == store.past[sequence], "\(damaged) damaged, at \(sequence)")
        }
      }
    }
    #expect(seenCount > 100, "\(seenCount)")
  }
}
