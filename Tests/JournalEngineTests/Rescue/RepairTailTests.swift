import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("A repair of the tail ends the log where it stops making sense")
struct RepairTailTests {
  /// What can be wrong with the end of a log.
  enum Wound: String, CaseIterable {
    case tornTail
    case belowWatermark
    case damagedWatermark
    case damagedLastCommits
    case headerlessSegment
    case missingLastSegment
  }

  /// A wounded store, the last commit that stays, and the commits that are lost.
  private static func store(
    _ wound: Wound
  ) throws -> (WoundedStore, last: Int, lost: [ClosedRange<LogSequenceNumber>]) {
    let isClosed = wound != .tornTail && wound != .headerlessSegment && wound != .missingLastSegment
    let size = isClosed || wound == .tornTail ? 100_000 : 400
    let store = try WoundedStore(12, .small(size), closing: isClosed)
    let last = UInt64(store.states.count - 1)
    switch wound {
    case .tornTail:
      let (file, range) = try store.place(ofCommit: last)
      try store.system.replace(file) { $0.removeLast($0.count - range.upperBound + 3) }
      return (store, Int(last) - 1, [.range(last...last)])
    case .belowWatermark:
      let (file, range) = try store.place(ofCommit: last - 1)
      try store.system.replace(file) { $0.removeLast($0.count - range.lowerBound) }
      return (store, Int(last) - 2, [.range((last - 1)...last)])
    case .damagedWatermark:
      try store.system.replace("WATERMARK") { $0[40] ^= 1 }
      return (store, Int(last), [])
    case .damagedLastCommits:
      try store.damage(commit: last - 2)
      return (store, Int(last) - 3, [.range((last - 2)...last)])
    case .headerlessSegment, .missingLastSegment:
      let name = try #require(store.system.segmentNames.last)
      let first = try #require(try DirectoryListing.read(store.system.store).segments.last)
      if wound == .headerlessSegment {
        try store.system.replace(name) { bytes in for index in 0..<80 { bytes[index] = 0xEE } }
        return (store, Int(first.rawValue) - 1, [])
      }
      try store.system.removeFile(at: storePath + "/" + name)
      return (store, Int(first.rawValue) - 1, [])
    }
  }

  @Test(
    "It opens then, with a state that was acknowledged, and nothing more is lost than said",
    arguments: Wound.allCases)
  func repairs(wound: Wound) throws {
    let (store, last, lost) = try Self.store(wound)
    let before = try store.system.files(of: storePath)
    if wound != .tornTail {
      #expect(throws: JournalError.self) { try store.system.readState() }
    }
    let plan = try store.system.plan(.tail)
    #expect(plan.isNeeded)
    #expect(plan.through == LogSequenceNumber(UInt64(last)))
    #expect(try store.system.files(of: storePath) == before)
    if !lost.isEmpty { #expect(plan.lostSequences == lost) }
    if wound == .damagedWatermark { #expect(plan.lostSequences.isEmpty) }
    let report = try store.system.repair(.tail)
    #expect(report.through == plan.through)
    let state = try store.system.readState().state
    #expect(state == store.states[last])
    // Nothing is deleted, and everything can be had back.
    try store.system.undo(report.bundle)
    #expect(try store.system.files(of: storePath) == before)
    try store.system.repair(.tail)
    #expect(try store.system.expectSound(after: plan.through) == store.states[last])
  }

  @Test("A cut behind which the store would not open is refused before anything is changed")
  func refusesUselessCut() throws {
    var first = SegmentBuilder()
    first.appendPuts(3)
    // The salts agree and the commits that they sum up do not, as in a log that was put together.
    var other = SegmentBuilder()
    other.append([.put("other", "1")])
    var second = SegmentBuilder(first: 4, salt: 9, previousSalt: 0x5A17).following(other)
    second.appendPuts(3)
    second.flipBit(at: second.offsets[1] + 40)
    let system = try SimulatedFileSystem.store([
      first.name: first.bytes, second.name: second.bytes, "WATERMARK": Watermark.bytes(3),
    ])
    let before = try system.image
    for run in [{ _ = try system.plan(.tail) }, { _ = try system.repair(.tail) }] {
      let error = #expect(throws: JournalError.self) { try run() }
      #expect(error?.reason == .refused)
      #expect(error?.detail.contains("--mode drop-damaged") == true, "\(String(describing: error))")
      let after = try system.image.filter { $0.key != storePath + "/LOCK" }
      #expect(after == before.filter { $0.key != storePath + "/LOCK" })
    }
    // What the refusal advises helps.
    try system.repair(.dropDamaged)
    #expect(try system.readState().state["k3"] == "v3")
  }

  @Test("The streams of whole commits behind the damage are named")
  func namesStreams() throws {
    let (store, _, _) = try Self.store(.damagedLastCommits)
    let plan = try store.system.plan(.tail)
    let keys = Set(plan.keysAtRisk.map { String(decoding: $0, as: UTF8.self) })
    // Commit 10 is damaged, 11 and 12 are whole.
    #expect(keys.isSuperset(of: ["n11", "n12"]) || keys.isSuperset(of: ["n10", "n11"]), "\(keys)")
  }

  @Test("A sound store needs nothing, in any mode", arguments: RepairMode.allCases)
  func nothing(mode: RepairMode) throws {
    let store = try WoundedStore(20, compactions: [6, 13])
    let before = try store.system.files(of: storePath)
    #expect(try !store.system.plan(mode).isNeeded)
    #expect(try store.system.repair(mode).bundle == nil)
    #expect(try store.system.files(of: storePath) == before)
  }

  @Test("Damage that is not at the end is refused, with the mode that reaches it")
  func refusesMiddle() throws {
    let store = try WoundedStore()
    try store.damage(commit: 4)
    let error = #expect(throws: JournalError.self) { try store.system.plan(.tail) }
    #expect(error?.reason == .refused)
    #expect(error?.detail.contains("--mode drop-damaged") == true)
  }

  @Test("A log that ends before a damaged snapshot is refused, and nothing is changed")
  func refusesBeforeDamagedSnapshot() throws {
    let store = try WoundedStore(22, compactions: [8, 16], closing: false)
    let snapshots = try DirectoryListing.read(store.system.store).snapshots
    let (base, damaged) = try (#require(snapshots.first), #require(snapshots.last))
    try store.system.replace(FileName.snapshot(damaged).text) { $0[30] ^= 1 }
    try store.system.removeFile(at: storePath + "/WATERMARK")
    // The previous generation serves: what came behind it is in the log.
    #expect(try store.system.readState().state == store.states.last)
    // All but the first segment behind it is lost, with commits that the damaged snapshot had.
    let segments = try DirectoryListing.read(store.system.store).segments
    let kept = try #require(segments.lastIndex { $0 <= base.through.next })
    for first in segments[(kept + 1)...] {
      try store.system.removeFile(at: storePath + "/" + FileName.segment(first: first).text)
    }
    #expect(throws: JournalError.self) { try store.system.readState() }
    let before = try store.system.files(of: storePath)
    let error = #expect(throws: JournalError.self) { try store.system.plan(.tail) }
    #expect(error?.reason == .refused)
    #expect(error?.detail.contains("--mode drop-damaged") == true)
    #expect(throws: JournalError.self) { try store.system.repair(.tail) }
    #expect(try store.system.files(of: storePath) == before)
    // What the error names gets it open, with all that the snapshot has: only its header is damaged.
    let report = try store.system.repair(.dropDamaged)
    let state = store.states[Int(damaged.through.rawValue)]
    #expect(try store.system.expectSound(after: report.through) == state)
  }

  @Test("Beside a writer it is refused, and nothing is changed", arguments: RepairMode.allCases)
  func locked(mode: RepairMode) throws {
    let store = try WoundedStore(20, .small(100_000), closing: false)
    let journal = try store.system.open(.small(100_000))
    let before = try store.system.files(of: storePath)
    let error = #expect(throws: JournalError.self) { try store.system.repair(mode) }
    if case .locked = error?.reason {} else { Issue.record("\(String(describing: error))") }
    #expect(try store.system.files(of: storePath) == before)
    withExtendedLifetime(journal) {}
  }
}
