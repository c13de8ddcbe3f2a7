import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("The plan of a rewind tells objects apart as far as its memory goes, and says how far")
struct RewindPlanTests {
  private let system = SimulatedFileSystem(seed: 1)

  /// `count` streams with names of two bytes behind the first commit, then the first of them again.
  private func plan(
    _ count: Int, tellingApart limit: DistinctAddresses.Limit
  ) throws -> RewindPlan {
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    try storage.update(.stream("first", of: "one"), to: ["n": 0])
    let version = try storage.readVersioned(.stream("first", of: "one")).version
    for round in 0..<2 {
      for number in 0..<count {
        try storage.update(
          .stream("\(number + 10)", of: "one"), to: ["n": .int(Int64(number + round))])
      }
    }
    try storage.close()
    return try JournalRescue(StorageHistory.path, in: system).rewindPlan(
      to: LogSequenceNumber(version.number), tellingApart: limit)
  }

  @Test(
    "What fits is counted exactly, however often it was changed; what does not is counted as at least",
    arguments: [(9, false), (10, true), (11, true)])
  func count(limit: Int, isExact: Bool) throws {
    let plan = try plan(10, tellingApart: DistinctAddresses.Limit(count: limit, byteCount: 1 << 20))
    #expect(plan.addresses.count == min(limit, 10))
    #expect(plan.unlistedAddressCount == 0)
    #expect(plan.isUnlistedAddressCountExact == isExact)
  }

  @Test(
    "Long names use up the memory before there are many of them",
    arguments: [(49, 9, false), (50, 10, true), (0, 0, false)])
  func bytes(limit: Int, count: Int, isExact: Bool) throws {
    let plan = try plan(10, tellingApart: DistinctAddresses.Limit(count: 100, byteCount: limit))
    #expect(plan.addresses.count == count)
    #expect(plan.isUnlistedAddressCountExact == isExact)
  }

  @Test("Of more than 1,000 the rest is counted, up to the limit")
  func unlisted() throws {
    let limit = DistinctAddresses.Limit(count: 1_015, byteCount: 1 << 20)
    let plan = try plan(1_020, tellingApart: limit)
    #expect(plan.addresses.count == 1_000)
    #expect(plan.unlistedAddressCount == 15)
    #expect(!plan.isUnlistedAddressCountExact)
  }
}
