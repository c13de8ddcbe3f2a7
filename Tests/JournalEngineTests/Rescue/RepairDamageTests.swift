import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("A repair past damage keeps every commit that is whole")
struct RepairDamageTests {
  @Test(
    "A damaged commit in an old segment is dropped, and it alone",
    arguments: [RepairMode.dropDamaged, .salvage])
  func damagedCommit(mode: RepairMode) throws {
    let store = try WoundedStore()
    // The session is commit 1, so this is the fifth put; a later commit removes the fourth.
    try store.damage(commit: 6)
    let before = try store.system.files(of: storePath)
    let plan = try store.system.plan(mode)
    #expect(plan.lostSequences == [.range(6...6)])
    #expect(plan.keysAtRisk == [Array("n5".utf8)])
    let report = try store.system.repair(mode)
    #expect(report.bundle?.hasPrefix("quarantine/repair-20231114T221320Z") == true)
    #expect(try store.system.readState().state == store.state(without: [6]))
    try store.system.undo(report.bundle)
    #expect(try store.system.files(of: storePath) == before)
    try store.system.repair(mode)
    let last = LogSequenceNumber(UInt64(store.states.count - 1))
    #expect(try store.system.expectSound(after: last) == store.state(without: [6]))
  }

  @Test("A missing segment is a hole, and what comes behind it stays")
  func missingSegment() throws {
    let store = try WoundedStore()
    let name = store.system.segmentNames[1]
    let listing = try DirectoryListing.read(store.system.store)
    let lost = listing.segments[1].rawValue...(listing.segments[2].rawValue - 1)
    try store.system.removeFile(at: storePath + "/" + name)
    #expect(try store.system.plan(.dropDamaged).lostSequences == [.range(lost)])
    let report = try store.system.repair(.dropDamaged)
    let expected = store.state(without: Set(lost.map(Int.init)))
    #expect(try store.system.expectSound(after: report.through) == expected)
  }

  @Test(
    "A damaged header does not keep the records behind it from being read", arguments: [0, 44, 60])
  func damagedHeader(offset: Int) throws {
    let store = try WoundedStore()
    let name = store.system.segmentNames[1]
    try store.system.replace(name) { $0[offset] ^= 1 }
    #expect(try store.system.plan(.dropDamaged).lostSequences.isEmpty)
    try store.system.repair(.dropDamaged)
    #expect(try store.system.expectSound(after: nil) == store.states.last)
  }

  @Test("What a snapshot covers is no loss, though recovery stumbles over it")
  func coveredDamage() throws {
    // A compaction from outside leaves the segment that it ends in to be read from its first byte.
    let store = try WoundedStore(12, .small(100_000), closing: false)
    _ = try LiveCompaction.compact(storePath, in: store.system)
    let journal = try store.system.open(.small(100_000))
    for number in 0..<4 { try journal.commit([.put("late\(number)", "1")]) }
    _ = try LiveCompaction.compact(storePath, in: store.system)
    try journal.commit([.put("later", "1")])
    let left = store.system.afterProcessKill()
    let state = try left.readState().state
    let name = try #require(left.segmentNames.last)
    try left.replace(name) { $0[100] ^= 1 }
    #expect(throws: JournalError.self) { try left.readState() }
    let plan = try left.plan(.dropDamaged)
    #expect(plan.lostSequences.isEmpty)
    try left.repair(.dropDamaged)
    #expect(try left.expectSound(after: nil) == state)
  }

  @Test(
    "A damaged watermark is replaced, and nothing is lost",
    arguments: [RepairMode.dropDamaged, .salvage])
  func watermark(mode: RepairMode) throws {
    let store = try WoundedStore(20, compactions: [9])
    try store.system.replace("WATERMARK") { $0[0] ^= 1 }
    #expect(try store.system.plan(mode).lostSequences.isEmpty)
    try store.system.repair(mode)
    #expect(try store.system.expectSound(after: nil) == store.states.last)
  }

  @Test("Into another directory, this one is left as it is")
  func intoNewDirectory() throws {
    let store = try WoundedStore()
    try store.damage(commit: 5)
    let before = try store.system.image
    let repair = try Repair(store.system.store, mode: .dropDamaged)
    let target = try store.system.openDirectory("new", creating: true)
    let report = try repair.write(into: target)
    #expect(try store.system.readState(of: "new") == store.state(without: [5]))
    #expect(report.bundle == nil)
    for (path, bytes) in before { #expect(try store.system.contents(of: path) == bytes) }
    #expect(throws: JournalError.self) { try repair.write(into: target) }
  }

  @Test(
    "P7: no bundle takes the place of the lock, whatever its list says",
    arguments: ["LOCK", "quarantine"])
  func hostileBundle(name: String) throws {
    let store = try WoundedStore()
    try store.damage(commit: 5)
    let bundle = try #require(try store.system.repair(.dropDamaged).bundle)
    let path = storePath + "/" + bundle
    var lines = String(decoding: try store.system.contents(of: path + "/ORIGINALS"), as: UTF8.self)
      .split(separator: "\n").map(String.init)
    let index = try #require(lines.firstIndex { $0.hasPrefix("copied ") })
    let copied = try #require(lines[index].split(separator: " ").last.map(String.init))
    try store.system.replaceContents(
      of: path + "/" + name, with: try store.system.contents(of: path + "/" + copied))
    lines[index] = lines[index].replacing(copied, with: name)
    let text = lines.dropLast().map { $0 + "\n" }.joined()
    let sum = String(CRC32C.checksum(Array(text.utf8).span), radix: 16)
    try store.system.replaceContents(
      of: path + "/ORIGINALS", with: Array((text + "end \(sum)\n").utf8))
    let before = try store.system.files(of: storePath)
    let error = #expect(throws: JournalError.self) { try store.system.undo(bundle) }
    #expect(error?.reason == .damage(.original))
    #expect(try store.system.files(of: storePath) == before)
  }

  @Test("An undoing can be undone, and what changed since is not overwritten")
  func undoing() throws {
    let store = try WoundedStore()
    try store.damage(commit: 5)
    let repaired = try store.system.repair(.dropDamaged)
    let after = try store.system.files(of: storePath)
    let undone = try store.system.undo(repaired.bundle)
    try store.system.undo(undone.bundle)
    #expect(try store.system.files(of: storePath) == after)
    #expect(throws: JournalError.self) { try store.system.undo("quarantine/nothing") }
    // A cut leaves most files where they are; undoing it needs them as they were.
    let tail = try WoundedStore(20, .small(400))
    try tail.system.replace("WATERMARK") { $0[40] ^= 1 }
    let cut = try tail.system.repair(.tail)
    let journal = try tail.system.open()
    try journal.commit([.put("since", "1")])
    try journal.close()
    let error = #expect(throws: JournalError.self) { try tail.system.undo(cut.bundle) }
    #expect(error?.reason == .refused)
    // A bundle that went bad is not put back.
    let path = storePath + "/" + (undone.bundle ?? "") + "/WATERMARK"
    try store.system.replaceContents(of: path, with: [1, 2, 3])
    #expect(throws: JournalError.self) { try store.system.undo(undone.bundle) }
    #expect(try store.system.files(of: storePath) == after)
  }
}

@Suite("Salvage reads what is left of damaged snapshots")
struct SalvageTests {
  /// A store whose base is the only file that has most of its state.
  private static func store(generations: Int) throws -> WoundedStore {
    var options = JournalOptions.small(600)
    options.retainedGenerationCount = generations
    return try WoundedStore(40, options, compactions: [15, 36])
  }

  @Test(
    "A damaged index, footer or removed-prefix part costs nothing", arguments: [4, 40, 121, 127])
  func damagedEnds(fromEnd: Int) throws {
    let store = try Self.store(generations: 0)
    let name = try #require(store.system.snapshotNames.last)
    try store.system.replace(name) { $0[$0.count - fromEnd] ^= 1 }
    #expect(throws: JournalError.self) { try store.system.readState() }
    try store.system.repair(.salvage)
    #expect(try store.system.expectSound(after: nil) == store.states.last)
  }

  @Test("A damaged header costs nothing as long as its salt is right", arguments: [0, 9, 20, 70])
  func damagedHeader(offset: Int) throws {
    let store = try Self.store(generations: 0)
    let name = try #require(store.system.snapshotNames.last)
    try store.system.replace(name) { $0[offset] ^= 1 }
    try store.system.repair(.salvage)
    #expect(try store.system.expectSound(after: nil) == store.states.last)
  }

  @Test("A damaged block is filled from the generation before and the log behind it")
  func filled() throws {
    let store = try Self.store(generations: 1)
    try #require(store.system.snapshotNames.count == 2)
    // Two damaged files: recovery has nothing whole to fall back on.
    for name in store.system.snapshotNames {
      try store.system.replace(name) { $0[$0.count - 20] ^= 1 }
    }
    let newest = try #require(store.system.snapshotNames.last)
    try store.system.replace(newest) { $0[100] ^= 1 }
    #expect(throws: JournalError.self) { try store.system.readState() }
    let plan = try store.system.plan(.salvage)
    #expect(plan.lostKeyRanges.isEmpty)
    try store.system.repair(.salvage)
    #expect(try store.system.expectSound(after: nil) == store.states.last)
  }

  @Test("What no file has any more is named, and the rest of the blocks stay")
  func lostBlock() throws {
    var options = JournalOptions.small(1 << 20)
    options.retainedGenerationCount = 0
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options)
    let value = String(repeating: "x", count: 900)
    for number in 100..<180 { try journal.commit([.put("k\(number)", value)]) }
    try journal.compact(isFull: true)
    try journal.commit([.put("k100", "new")])
    try journal.close()
    let name = try #require(system.snapshotNames.last)
    try system.replace(name) { $0[20_000] ^= 1 }
    #expect(try system.plan(.dropDamaged).lostSequences.first?.lowerBound == LogSequenceNumber(1))
    let plan = try system.plan(.salvage)
    #expect(plan.lostKeyRanges.count == 1)
    try system.repair(.salvage)
    let state = try system.expectSound(after: nil)
    #expect(state["k100"] == "new")
    #expect((40..<80).contains(state.count), "\(state.count)")
    #expect(state.values.allSatisfy { $0 == value || $0 == "new" })
  }

  @Test("Keys that a damaged run may have removed are named, wherever its blocks end")
  func lostRemovals() throws {
    var options = JournalOptions.small(1 << 20)
    options.retainedGenerationCount = 0
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options)
    let value = String(repeating: "x", count: 900)
    for number in 100..<140 { try journal.commit([.put("k\(number)", value)]) }
    try journal.compact(isFull: true)
    try journal.commit([.removePrefix("k10"), .put("z", "1")])
    try journal.compact()
    try journal.close()
    try #require(system.snapshotNames.count == 2)
    let run = try #require(system.snapshotNames.last)
    try system.replace(run) { $0[$0.count - 20] ^= 1 }
    let plan = try system.plan(.salvage)
    let removed = Array("k105".utf8)
    #expect(
      plan.lostKeyRanges.contains { range in
        !removed.lexicographicallyPrecedes(range.lowerBound)
          && range.upperBound.map { removed.lexicographicallyPrecedes($0) } ?? true
      })
    try system.repair(.salvage)
    let state = try system.expectSound(after: nil)
    #expect(state["z"] == "1")
    #expect(state["k139"] == value)
  }

  @Test(
    "Whatever byte is damaged, the result is sound, and nothing in it is invented",
    arguments: [RepairMode.dropDamaged, .salvage])
  func everyByte(mode: RepairMode) throws {
    let store = try Self.store(generations: 1)
    let files = try store.system.files(of: storePath)
    var count = 0
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      for offset in stride(from: count % 41, to: bytes.count, by: 41) {
        count += 1
        var damaged = files
        damaged[name]?[offset] ^= 0x40
        let system = try SimulatedFileSystem.store(damaged)
        do {
          try system.repair(mode)
          let state = try system.expectSound(after: nil)
          for (key, value) in state where key != "after" {
            #expect(store.hadValue(value, for: key), "\(name) at \(offset): \(key) is \(value)")
          }
          if mode == .salvage { #expect(state.count > 20, "\(name) at \(offset)") }
        } catch {
          // A version of the format that is not known, or a store that is another one's.
          let reason = (error as? JournalError)?.reason
          if case .newerFormat = reason { continue }
          Issue.record("\(name) at \(offset): \(error)")
        }
      }
    }
    #expect(count > 60)
  }
}
