import Testing

@testable import JournalEngine

@Suite("Cached blocks of snapshots")
struct SnapshotBlockCacheTests {
  private func filled() -> SnapshotBlockCache {
    var cache = SnapshotBlockCache()
    for ordinal in 0..<SnapshotBlockCache.blockLimit {
      cache.insert(ordinal, [UInt8(ordinal), 1])
    }
    return cache
  }

  @Test("A cache with room for a block gives no memory away")
  func room() {
    var cache = SnapshotBlockCache()
    #expect(cache.makeRoom() == [])
    cache.insert(7, [1, 2])
    #expect(cache.makeRoom() == [])
    #expect(cache.block(7) == [1, 2])
    #expect(cache.block(8) == nil)
  }

  @Test("A full one gives the memory of a block not used lately, and forgets that block only")
  func victim() {
    var cache = filled()
    let limit = SnapshotBlockCache.blockLimit
    for ordinal in 0..<limit where ordinal != 5 { #expect(cache.block(ordinal) != nil) }
    #expect(cache.makeRoom() == [5, 1])
    for ordinal in 0..<limit where ordinal != 5 {
      #expect(cache.block(ordinal) == [UInt8(ordinal), 1])
    }
    #expect(cache.block(5) == nil)
    cache.insert(100, [100])
    #expect(cache.block(100) == [100])
  }

  @Test("Two who ask for room at once get one place, and both blocks are kept in the end")
  func twice() {
    var cache = filled()
    #expect(!cache.makeRoom().isEmpty)
    #expect(cache.makeRoom() == [])
    cache.insert(100, [100])
    cache.insert(101, [101])
    #expect(cache.block(100) == [100] && cache.block(101) == [101])
    let kept = (0..<SnapshotBlockCache.blockLimit).filter { cache.block($0) != nil }
    #expect(kept.count == SnapshotBlockCache.blockLimit - 2)
  }

  @Test("Whatever is used again and again stays, however many others come and go")
  func favourite() {
    var cache = filled()
    for ordinal in 1000..<1500 {
      #expect(cache.block(3) == [3, 1])
      #expect(!cache.makeRoom().isEmpty)
      cache.insert(ordinal, [1])
      #expect(cache.block(ordinal) == [1])
    }
  }

  @Test("Without anybody asking for room, a block that comes takes the place of another")
  func insertion() {
    var cache = filled()
    cache.insert(200, [200])
    let kept = (0..<SnapshotBlockCache.blockLimit).filter { cache.block($0) != nil }
    #expect(kept.count == SnapshotBlockCache.blockLimit - 1)
    #expect(cache.block(200) == [200])
    cache.insert(201, [UInt8](repeating: 1, count: SnapshotBlockCache.byteLimitPerBlock + 1))
    #expect(cache.block(201) == nil)
  }
}
