import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("The history of an object is every value it had")
struct StateHistoryTests {
  private let system = SimulatedFileSystem(seed: 1)
  private var inspector: JournalInspector { JournalInspector(StorageHistory.path, in: system) }

  private func change(
    _ options: JournalOptions = StorageHistory.options,
    _ body: (JournalStateStorage) throws -> Void
  ) throws {
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: options, in: system)
    try body(storage)
    try storage.close()
  }

  private func steps(
    _ text: String, in range: ClosedRange<LogSequenceNumber> = .zero...LogSequenceNumber(.max)
  ) throws -> (steps: [StateHistoryStep], findings: [InspectionFinding], StateHistoryReach) {
    var steps: [StateHistoryStep] = []
    var findings: [InspectionFinding] = []
    let reach = try inspector.forEachStep(of: StateSelection(text: text), in: range) { item in
      switch item {
      case .step(let step): steps.append(step)
      case .finding(let finding): findings.append(finding)
      }
      return true
    }
    return (steps, findings, reach)
  }

  @Test("Puts, removals and removals of everything are steps, with what was before")
  func steps() throws {
    try change { storage in
      try storage.update(.stream("a", of: "one"), to: ["n": 1])
      try storage.update(.stream("a", of: "one"), to: ["n": 2, "m": "x"])
      try storage.update(.stream("b", of: "one"), to: ["n": 7])
      try storage.remove(.stream("a", of: "one"))
      try storage.update(.stream("a", of: "one"), to: ["n": 3])
      try storage.update(.stream("a", of: "on"), to: ["n": 9])
      try storage.apply([.removeSource("one")])
    }
    let (steps, findings, reach) = try steps("one/a")
    #expect(findings.isEmpty && reach.isStartKnown && reach.first.rawValue == 1)
    #expect(steps.map(\.after) == [["n": 1], ["n": 2, "m": "x"], nil, ["n": 3], nil])
    #expect(
      steps.map(\.before) == [
        .absent, .object(["n": 1]), .object(["n": 2, "m": "x"]), .absent, .object(["n": 3]),
      ])
    #expect(
      steps[1].differences == [
        MemberDifference(path: ["m"], change: .added("x")),
        MemberDifference(path: ["n"], change: .changed(from: 1, to: 2)),
      ])
    #expect(steps.allSatisfy { $0.session?.number == 1 && $0.time != nil })
    let source = try self.steps("one").steps
    #expect(source.map(\.address.name) == ["a", "a", "b", "a", "a", "a", "b"])
    #expect(try self.steps("none").steps.isEmpty)
    let range = LogSequenceNumber(3)...LogSequenceNumber(5)
    let some = try self.steps("one/a", in: range).steps
    #expect(some.map(\.after) == [["n": 2, "m": "x"], nil])
    #expect(some.first?.before == .object(["n": 1]))
  }

  @Test("What was in force before the log begins comes from a snapshot, with its commit")
  func compacted() throws {
    try change { storage in
      try storage.update(.stream("a", of: "one"), to: ["n": 1])
      try storage.update(.stream("a", of: "one"), to: ["n": 2])
      try storage.update(.stream("b", of: "one"), to: ["n": 7])
      try storage.compact(full: true)
      try storage.update(.stream("a", of: "one"), to: ["n": 3])
    }
    let (steps, _, reach) = try steps("one/a")
    try #require(reach.first.rawValue > 1)
    #expect(reach.isStartKnown)
    #expect(steps.map(\.after) == [["n": 2], ["n": 3]])
    #expect(steps[0].sequence.rawValue == 3)
    #expect(steps[0].time == nil && steps[0].before == .unknown)
    #expect(steps[1].before == .object(["n": 2]))
  }

  @Test("Behind damage nothing is claimed of what was before")
  func damaged() throws {
    try change { storage in
      for number in 1...12 {
        try storage.update(.stream("a", of: "one"), to: ["n": .int(Int64(number))])
      }
    }
    var place: JournalRecord?
    try inspector.forEachRecord { item in
      if case .record(let record) = item, record.record.sequence.rawValue == 6 {
        place = record.record
      }
      return true
    }
    let record = try #require(place)
    let directory = try system.openDirectory(StorageHistory.path, creating: false)
    let file = try directory.openFile(record.file, .readWrite)
    _ = try file.write([0xEE].span, at: record.offset + Int64(record.byteCount) - 1)
    let (steps, findings, reach) = try steps("one/a")
    #expect(findings.count == 1)
    #expect(reach.worst == .loss && reach.isStartKnown)
    let values = steps.compactMap { $0.after?["n"]?.int }
    #expect(values == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12])
    #expect(steps[4].before == .unknown)
    #expect(steps[5].before == .object(["n": 6]))
  }
}
