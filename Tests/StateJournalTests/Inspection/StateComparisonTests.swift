import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("Two states compared")
struct StateComparisonTests {
  private func differences(
    _ old: StateReference, _ new: StateReference, of selection: StateSelection? = nil
  ) throws -> (differences: [StateDifference], StateComparison) {
    var differences: [StateDifference] = []
    let comparison = try JournalInspector.compare(old, with: new, of: selection) {
      differences.append($0)
      return true
    }
    return (differences, comparison)
  }

  @Test("What came, went and changed is told member by member", arguments: [false, true])
  func moments(isCompacted: Bool) throws {
    let system = SimulatedFileSystem(seed: 1)
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    try storage.update(.stream("a", of: "one"), to: ["n": 1, "deep": ["x": 1, "y": [1, 2]]])
    try storage.update(.stream("b", of: "one"), to: ["n": 1])
    try storage.update(.others("k", of: "two"), to: ["same": true])
    let inspector = JournalInspector(StorageHistory.path, in: system)
    let before = try inspector.sequence(at: .last)
    if isCompacted { try storage.compact(full: true) }
    try storage.update(.stream("a", of: "one"), to: ["n": 1, "deep": ["x": 2, "y": [1]]])
    try storage.remove(.stream("b", of: "one"))
    try storage.update(.stream("c", of: "one"), to: ["new": nil])
    try storage.update(.others("k", of: "two"), to: ["same": true])
    try storage.close()
    let (found, comparison) = try differences(
      StateReference(inspector, at: before), StateReference(inspector))
    #expect(found.map(\.address?.name) == ["a", "b", "c"])
    #expect(
      found[0].members == [
        MemberDifference(path: ["deep", "x"], change: .changed(from: 1, to: 2)),
        MemberDifference(path: ["deep", "y"], change: .changed(from: [1, 2], to: [1])),
      ])
    #expect(found[1].members == [MemberDifference(path: ["n"], change: .removed(1))])
    #expect(found[2].members == [MemberDifference(path: ["new"], change: .added(nil))])
    #expect(comparison.equalCount == 1 && comparison.changedCount == 1)
    #expect(!comparison.isEqual)
    #expect(comparison.sequences.old == before)
    #expect(try differences(StateReference(inspector), StateReference(inspector)).1.isEqual)
    let two = try differences(
      StateReference(inspector, at: before), StateReference(inspector), of: .source("two"))
    #expect(two.1.isEqual && two.1.equalCount == 1)
    // A snapshot holds no state before itself, not even the empty one.
    if isCompacted { return }
    let one = try differences(
      StateReference(inspector, at: .zero), StateReference(inspector),
      of: .object(.stream("a", of: "one")))
    #expect(one.1.addedCount == 1 && one.1.equalCount == 0)
  }

  @Test("Random states differ exactly where a model says", arguments: 1...20)
  func model(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let system = SimulatedFileSystem(seed: seed)
    var models: [[StateAddress: StateObject]] = []
    for path in ["old", "new"] {
      let storage = try JournalStateStorage.open(
        path, options: StorageHistory.options, in: system)
      var model: [StateAddress: StateObject] = [:]
      for _ in 0..<40 {
        let address = StateAddress(
          source: ["a", "a\0b", "b"][Int.random(in: 0..<3, using: &random)],
          scope: Bool.random(using: &random) ? .stream : .others,
          name: "\(Int.random(in: 0..<6, using: &random))")
        let object: StateObject = ["v": .int(Int64.random(in: 0..<3, using: &random))]
        model[address] = object
        try storage.update(address, to: object)
      }
      try storage.close()
      models.append(model)
    }
    let (found, comparison) = try differences(
      StateReference(JournalInspector("old", in: system)),
      StateReference(JournalInspector("new", in: system)))
    var expected: Set<StateAddress> = []
    for address in Set(models[0].keys).union(models[1].keys)
    where models[0][address] != models[1][address] {
      expected.insert(address)
    }
    #expect(Set(found.compactMap(\.address)) == expected, "seed \(seed)")
    #expect(found.count == expected.count)
    #expect(comparison.isEqual == expected.isEmpty)
  }

  @Test("Paths of members read back as paths")
  func paths() throws {
    let difference = MemberDifference(path: ["v1.2", "a\\b", "c"], change: .added(1))
    #expect(difference.pathText == #"v1\.2.a\\b.c"#)
    #expect(try StatePath(difference.pathText).parts == difference.path)
  }
}
