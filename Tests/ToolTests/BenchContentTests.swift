import StateJournal
import Testing
import ToolSupport

@testable import journal_bench

@Suite("The benchmark finds wrong content")
struct BenchContentTests {
  private static let streamCount = 60
  private let bench: TortureBench
  private let shape: LoadShape

  init() throws {
    bench = try TortureBench()
    var shape = try LoadShape(BenchOptions(pairs: []))
    shape.isSynced = false
    shape.streamCount = Self.streamCount
    self.shape = shape
  }

  /// A store whose streams are filled, and one of them written once more.
  private func storeWithWrongValue(in stream: Int?) throws -> EngineStore {
    let store = try EngineStore(opening: bench.store, shape: shape)
    try store.fill(streamCount: Self.streamCount)
    if let stream { try store.put([(stream, UpdateNumber(writer: 5, index: UInt64(stream)))]) }
    return store
  }

  @Test("A walk meets a value that is not what was written, or a stream too many or too few")
  func walks() throws {
    let right = try storeWithWrongValue(in: nil)
    try right.checkWalk(streamCount: Self.streamCount, expecting: UpdateNumber.filling)
    for count in [Self.streamCount - 1, Self.streamCount + 1] {
      #expect(throws: BenchFailure.self) {
        try right.checkWalk(streamCount: count, expecting: UpdateNumber.filling)
      }
    }
    try right.close()
    let wrong = try storeWithWrongValue(in: 7)
    #expect(throws: BenchFailure.self) {
      try wrong.checkWalk(streamCount: Self.streamCount, expecting: UpdateNumber.filling)
    }
    try wrong.close()
  }

  @Test("Reads end with a look at all streams of the reopened store", arguments: [nil, 33])
  func reads(wrongStream: Int?) throws {
    let store = try storeWithWrongValue(in: wrongStream)
    let reads = ReadContender(store, in: bench.store, shape, streams: 0..<Self.streamCount)
    if wrongStream == nil {
      try reads.finish()
    } else {
      #expect(throws: BenchFailure.self) { try reads.finish() }
    }
  }

  @Test("A load into a store with other content says nothing about that, and all about its own")
  func loadsOntoOthers() throws {
    let store = try storeWithWrongValue(in: nil)
    let number = UpdateNumber(writer: 1, index: 0)
    let stream = number.stream(of: Self.streamCount)
    func check(othersWrote: Bool) throws {
      try Verification.check(
        store, streamCount: Self.streamCount, phases: [[1: 1]], othersWrote: othersWrote)
    }
    #expect(throws: BenchFailure.self) { try check(othersWrote: true) }
    try store.put([(stream, number)])
    try check(othersWrote: true)
    #expect(throws: BenchFailure.self) { try check(othersWrote: false) }
    try store.close()
  }

  @Test("What the tool shows is held against what was written")
  func toolAnswers() throws {
    let updateCount = 40
    func line(_ index: Int, number: Int? = nil) throws -> StateValue {
      let update = UpdateNumber(writer: 1, index: UInt64(index))
      let shown = UpdateNumber(writer: 1, index: UInt64(number ?? index)).rawValue
      let name = StreamKey.name(update.stream(of: Self.streamCount))
      return [
        "type": "object", "op": "put", "stream": .string(name),
        "value": ["seq": .int(Int64(shown))],
      ]
    }
    func answers(_ wrongIndex: Int?, count: Int = updateCount) throws -> ToolAnswers {
      var answers = ToolAnswers(streamCount: Self.streamCount, updateCount: updateCount)
      for index in 0..<count {
        let shown = try line(index, number: index == wrongIndex ? index + 1 : nil)
        try answers.takeReplayed(shown)
        try answers.takeDumped(["type": "record", "changes": [shown]])
      }
      try answers.takeDumped(["type": "summary", "records": .int(Int64(count))])
      try answers.checkDumped()
      try answers.checkReplayed()
      return answers
    }
    let right = try answers(nil)
    let summary: StateObject = ["state_intact": true, "findings": 0, "records": 40]
    try right.checkVerified(.object(summary))
    for (name, value) in [("records", 39), ("findings", 1), ("state_intact", false)]
      as [(String, StateValue)]
    {
      var wrong = summary
      wrong[name] = value
      #expect(throws: BenchFailure.self, "\(name)") { try right.checkVerified(.object(wrong)) }
    }
    #expect(throws: BenchFailure.self, "another value") { try answers(20) }
    #expect(throws: BenchFailure.self, "an update too few") {
      try answers(nil, count: updateCount - 1)
    }
  }

  @Test("A state that misses an update is found, whatever the log shows")
  func toolState() throws {
    var answers = ToolAnswers(streamCount: Self.streamCount, updateCount: 1)
    #expect(throws: BenchFailure.self) { try answers.checkReplayed() }
    try answers.takeReplayed([
      "type": "object", "stream": .string(StreamKey.name(3)),
      "value": ["seq": .int(Int64(UpdateNumber(writer: 2, index: 0).rawValue))],
    ])
    #expect(throws: BenchFailure.self) { try answers.checkReplayed() }
  }

  @Test("A bare loop whose records are not in its file has measured nothing")
  func bareLoops() throws {
    let path = bench.store + "/raw"
    try RawFile.makeSpace(path, 4096)
    #expect(throws: BenchFailure.self) { try RawFile.expect(100, inFirst: 4096, of: path) }
    try RawFile.expect(0, inFirst: 4096, of: path)
  }

  @Test("Every way of a record to the disk leaves its records in the file")
  func waysToTheDisk() throws {
    try Workplace.use(in: bench.store) { workplace in
      var race = Race("ways", roundCount: 2, seconds: 0.02)
      let loops = try SyncedLimit(
        WriteLoop.Kind.synced, in: &race, recordByteCount: 161, workplace)
      for depth in [1, 5] {
        _ = try race.addIfAvailable {
          try RingLoop(depth: depth, recordByteCount: 161, in: workplace)
        }
      }
      let found = try race.run()
      #expect(loops.all(found).allSatisfy { $0.lane.perSecond.lowest > 0 })
    }
  }
}
