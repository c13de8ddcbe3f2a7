import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("How busy sources and streams were")
struct StateActivityTests {
  @Test("Every update and removal counts once, for its object and its source")
  func counts() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = StorageHistory.options
    options.retainedGenerationCount = 1
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: options, in: system)
    for number in 0..<20 {
      try storage.update(.stream("s\(number % 3)", of: "busy"), to: ["n": .int(Int64(number))])
    }
    try storage.update(
      .others("big", of: "quiet"), to: ["text": .string(String(repeating: "x", count: 2000))])
    try storage.remove(.stream("s0", of: "busy"))
    try storage.apply([.removeSource("quiet")])
    try storage.close()
    let inspector = JournalInspector(StorageHistory.path, in: system)
    let activity = try inspector.activity(top: 2)
    #expect(activity.sources.map(\.name) == ["busy", "quiet"])
    #expect(activity.sources[0].tally.updateCount == 20)
    #expect(activity.sources[0].tally.removalCount == 1)
    #expect(activity.objects.map(\.address.name) == ["s0", "s1"])
    #expect(activity.objects[0].tally.updateCount == 7)
    #expect(activity.objects[0].tally.removalCount == 1)
    #expect(activity.total.updateCount == 21)
    #expect(activity.sessionCount == 1 && activity.uncertainty == 0)
    let byBytes = try inspector.activity(top: 1, by: .bytes)
    #expect(byBytes.sources.map(\.name) == ["quiet"])
    #expect(byBytes.objects.map(\.address.name) == ["big"])
    let part = try inspector.activity(in: LogSequenceNumber(2)...LogSequenceNumber(4))
    #expect(part.total.updateCount == 3 && part.commitCount == 3)
  }

  @Test("The busiest are found among more keys than are kept, and the error is bounded")
  func bounded() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions()
    options.compactionByteCount = nil
    options.durability = .buffered
    let journal = try Journal.open(StorageHistory.path, in: system, options: options)
    for round in 0..<140 {
      try journal.commit { record in
        for number in 0..<1000 {
          let address = StateAddress.stream("s\(round * 1000 + number)", of: "many")
          RecordChange.appendPut(
            key: StateKeyCoding.key(of: address).span, value: [0xA0].span, to: &record)
        }
        let busy = StateKeyCoding.key(of: .stream("busy", of: "few"))
        RecordChange.appendPut(key: busy.span, value: [0xA0].span, to: &record)
        return true
      }
    }
    try journal.close()
    let activity = try JournalInspector(StorageHistory.path, in: system).activity(top: 1)
    #expect(activity.objects.map(\.address.name) == ["busy"])
    #expect(activity.uncertainty > 0)
    let counted = try #require(activity.objects.first).tally.updateCount
    #expect(counted <= 140 && counted + activity.uncertainty >= 140)
    #expect(activity.sources.map(\.tally.updateCount) == [140_000])
    #expect(activity.total.updateCount == 140_140)
  }
}
