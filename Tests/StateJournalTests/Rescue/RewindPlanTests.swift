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

  @Test(
    "What went with all of its source is named behind the rest, and nothing that came or stayed",
    arguments: [2, 3])
  func removedSources(count: Int) throws {
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    for source in ["a", "b", "c", "d"] {
      for name in ["1", "2"] { try storage.update(.stream(name, of: source), to: ["n": 0]) }
      try storage.update(.others("x", of: source), to: ["n": 0])
    }
    let version = try storage.readVersioned(.others("x", of: "d")).version
    try storage.update(.stream("2", of: "b"), to: ["n": 1])
    for source in ["b", "c", "d"].prefix(count - 1) { try storage.write(SourceState(), to: source) }
    try storage.update(.stream("1", of: "a"), to: ["n": 1])
    try storage.close()
    let plan = try JournalRescue(StorageHistory.path, in: system).rewindPlan(
      to: LogSequenceNumber(version.number))
    var expected = ["stream b/2", "stream a/1", "stream b/1", "others b/x"]
    for source in ["c", "d"].prefix(count - 2) {
      expected += ["stream \(source)/1", "stream \(source)/2", "others \(source)/x"]
    }
    #expect(plan.addresses.map { "\($0.scope) \($0.source)/\($0.name)" } == expected)
    #expect(plan.unlistedAddressCount == 0 && plan.isUnlistedAddressCountExact)
  }

  @Test("What is not told apart any more of a removed source makes the count one of at least")
  func removedMany() throws {
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    for number in 0..<12 { try storage.update(.stream("\(number)", of: "a"), to: ["n": 0]) }
    let version = try storage.readVersioned(.stream("11", of: "a")).version
    try storage.write(SourceState(), to: "a")
    try storage.close()
    for (limit, isExact) in [(11, false), (12, true)] {
      let plan = try JournalRescue(StorageHistory.path, in: system).rewindPlan(
        to: LogSequenceNumber(version.number),
        tellingApart: DistinctAddresses.Limit(count: limit, byteCount: 1 << 20))
      #expect(plan.addresses.count == limit && plan.isUnlistedAddressCountExact == isExact)
    }
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
