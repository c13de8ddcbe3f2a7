import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("Nothing goes for a snapshot that nobody has read")
struct UnreadSnapshotTests {
  /// Two generations of snapshots, and a commit behind them.
  private struct Store {
    let system = SimulatedFileSystem(seed: 1)
    let newest: String
    let state: StoreState

    init() throws {
      let journal = try system.open(UnreadSnapshotTests.options(generations: 1))
      for generation in 0..<2 {
        for number in 0..<10 {
          try journal.commit([.put("\(generation)/\(number)", String(repeating: "v", count: 50))])
        }
        try journal.compact(isFull: true)
      }
      try journal.commit([.put("last", "1")])
      state = try journal.state()
      try journal.close()
      newest = try #require(system.snapshotNames.last)
    }

    /// Changes a bit in the first block of the newest snapshot, or changes it back.
    func flip() throws { try system.replace(newest) { $0[SnapshotHeader.byteCount + 20] ^= 1 } }
  }

  private static func options(generations: Int) -> JournalOptions {
    var options = JournalOptions.small()
    options.retainedGenerationCount = generations
    return options
  }

  @Test(
    "P6: on a full disk a generation stays while the snapshot above it is rotten, whoever compacts",
    arguments: [false, true])
  func fullDisk(isFromOutside: Bool) throws {
    let store = try Store()
    try store.flip()
    #expect(try store.system.readState().state == store.state, "the previous generation serves")

    store.system.inject(Fault(.noSpace, of: .write, on: ".snapshot.tmp"))
    if isFromOutside {
      #expect(throws: JournalError.self) {
        try LiveCompaction.compact(storePath, in: store.system, retainedGenerationCount: 0)
      }
    } else {
      let journal = try store.system.open(Self.options(generations: 0))
      #expect(throws: JournalError.self) { try journal.compact() }
      try journal.close()
    }
    #expect(store.system.faults.isEmpty)
    #expect(try store.system.readState().state == store.state)
  }

  /// What pruning removes and what it tells of, which is what it plans.
  private func pruned(
    _ store: Store
  ) throws -> (names: [String], damages: [JournalError]) {
    let directory = try JournalReader.openDirectory(storePath, in: store.system)
    let options = Self.options(generations: 0)
    var (planned, met): ([JournalError], [JournalError]) = ([], [])
    let plan = try Pruning.plan(directory, options: options) { planned.append($0) }
    let names = try Pruning.run(directory, options: options) { met.append($0) }
    #expect(names == plan.map(\.name) && met == planned)
    return (names, met)
  }

  @Test("P6: pruning keeps everything below a snapshot that is rotten, and says so")
  func pruning() throws {
    let store = try Store()
    let files = store.system.storeNames
    try store.flip()
    let rotten = try pruned(store)
    #expect(rotten.names == [])
    #expect(rotten.damages.map(\.reason) == [.damage(.snapshotBlock)])
    #expect(rotten.damages.first?.file == storePath + "/" + store.newest)
    #expect(try store.system.readState().state == store.state)
    try store.flip()
    let sound = try pruned(store)
    #expect(sound.names.count > 1 && sound.damages == [])
    #expect(Set(store.system.storeNames) == Set(files).subtracting(sound.names))
    #expect(try store.system.readState().state == store.state)
  }

  @Test("P6: pruning keeps everything below a snapshot of which any part cannot be read")
  func unreadable() throws {
    let store = try Store()
    let directory = try JournalReader.openDirectory(storePath, in: store.system)
    let files = store.system.storeNames
    var toldCount = 0
    for position in 1... {
      store.system.inject(Fault(.inputOutput, at: position, of: .read, on: store.newest))
      var damages: [JournalError] = []
      let gone = try? Pruning.run(directory, options: Self.options(generations: 0)) {
        damages.append($0)
      }
      guard store.system.faults.isEmpty else {
        #expect(gone?.isEmpty == false && damages == [])
        break
      }
      #expect(store.system.storeNames == files, "read \(position)")
      if gone == nil { continue }
      toldCount += 1
      #expect(damages.map(\.file) == [storePath + "/" + store.newest], "read \(position)")
    }
    #expect(toldCount > 0)
  }
}
