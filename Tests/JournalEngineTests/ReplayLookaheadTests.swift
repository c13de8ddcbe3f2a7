import StorageSimulator
import Testing

@testable import JournalEngine

/// Replay looks ahead once the table has outgrown the caches, so these stores are large.
@Suite("Looking ahead in replay")
struct ReplayLookaheadTests {
  @Test(
    "Commits of every kind behind a large table are replayed as they were made", arguments: 1...3)
  func replay(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let system = SimulatedFileSystem(seed: seed)
    // Segments of some commits each, so that looking ahead meets their ends.
    let journal = try system.open(.small(32 << 10))
    var expected = StoreState()
    func commit(_ changes: [StoreChange]) throws {
      try journal.commit(changes)
      expected.apply(changes)
    }
    try commit((0..<17_000).map { .put("key \($0)", "\($0)") })
    for number in 0..<600 {
      let key = "key \(Int.random(in: 0..<18_000, using: &random))"
      // Now and then one that is longer than what is looked at, or that no look ahead understands.
      let size = number % 97 == 0 ? 1 << 20 : Int.random(in: 0..<300, using: &random)
      switch number % 10 {
      case 7: try commit([.remove(key)])
      case 8: try commit([.removePrefix(key), .put(key, "again")])
      default: try commit([.put(key, String(repeating: "x", count: size)), .put("last", key)])
      }
    }
    try journal.close()
    let found = try system.readState()
    #expect(found.state == expected, "seed \(seed)")
  }

  @Test(
    "Whatever stands behind the last record, looking ahead at it changes nothing", arguments: 1...8)
  func garbage(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var segment = SegmentBuilder()
    segment.append((0..<17_000).map { .put("key \($0)", "\($0)") })
    for number in 0..<20 { segment.append([.put("key \(number)", "new")]) }
    // Records that a look ahead takes for such, though their checksums are wrong.
    let end = segment.bytes.count
    for number in 0..<20 { segment.append([.put("key \(number)", "never")], durableThrough: 1) }
    var bytes = segment.bytes
    for _ in 0..<40 {
      bytes[Int.random(in: end..<bytes.count, using: &random)] = UInt8.random(
        in: .min ... .max, using: &random)
    }
    bytes[end] ^= 1
    let system = try SimulatedFileSystem.store([segment.name: bytes])
    let found = try system.readState()
    #expect(found.state.count == 17_000)
    #expect(found.state["key 3"] == "new" && found.state["key 30"] == "30")
  }
}
