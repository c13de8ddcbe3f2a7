import Testing

@testable import JournalEngine

@Suite("Slots of the change table")
struct ChangeTableSlotTests {
  @Test(
    "Hashes that fall together are all found, also past the end of the range",
    arguments: [0, 1, 0x8000_0000, UInt32.max - 200, UInt32.max - 1])
  func clusters(hash: UInt32) {
    var slots = SlotArray()
    for reference in 0..<UInt32(150) {
      slots.insert(EntryReference(rawValue: reference), hash: hash - min(hash, reference % 3))
      let areAllFound = (0...reference).allSatisfy { earlier in
        index(of: earlier, hash: hash - min(hash, earlier % 3), in: slots) != nil
      }
      #expect(areAllFound, "after \(reference)")
    }
    #expect(slots.count == 150)
  }

  @Test("Room made at any time loses no slot, and holds what it was made for", arguments: 0...40)
  func reserved(count: UInt32) {
    var slots = SlotArray()
    func hash(_ reference: UInt32) -> UInt32 { reference &* 0x9E37_79B9 >> 1 }
    for reference in 0..<count {
      slots.insert(EntryReference(rawValue: reference), hash: hash(reference))
    }
    slots.reserve(3000)
    let byteCount = slots.memoryByteCount
    for reference in count..<3000 {
      slots.insert(EntryReference(rawValue: reference), hash: hash(reference))
    }
    let areAllFound = (0..<UInt32(3000)).allSatisfy {
      index(of: $0, hash: hash($0), in: slots) != nil
    }
    #expect(areAllFound && slots.count == 3000)
    #expect(slots.memoryByteCount == byteCount && byteCount < 3000 * 11)
    // Less than there is changes nothing.
    slots.reserve(10)
    #expect(slots.memoryByteCount == byteCount)
  }

  @Test("Emptying a slot loses no other one", arguments: 1...5)
  func removals(seed: UInt64) {
    var random = TableGenerator(seed: seed)
    var slots = SlotArray()
    var hashes: [UInt32: UInt32] = [:]
    for reference in 0..<UInt32(2000) {
      // Half of them share few homes.
      let hash = UInt32.random(in: 0...(.max - 1), using: &random)
      hashes[reference] = reference.isMultiple(of: 2) ? hash : hash & 0xFC00_0000
      slots.insert(EntryReference(rawValue: reference), hash: hashes[reference] ?? 0)
      if reference.isMultiple(of: 3), let gone = hashes.randomElement(using: &random) {
        if let index = index(of: gone.key, hash: gone.value, in: slots) {
          slots.remove(at: index)
        }
        hashes[gone.key] = nil
      }
    }
    #expect(slots.count == hashes.count)
    let areAllFound = hashes.allSatisfy { index(of: $0.key, hash: $0.value, in: slots) != nil }
    #expect(areAllFound, "seed \(seed)")
  }

  private func index(of reference: UInt32, hash: UInt32, in slots: SlotArray) -> Int? {
    var index = slots.firstIndex(of: hash)
    while slots.holds(hash, at: index) {
      if slots.reference(at: index).rawValue == reference { return index }
      index += 1
    }
    return nil
  }
}
