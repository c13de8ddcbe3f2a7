import FileIO
import StorageSimulator
import Testing

@testable import StateJournal

/// Crashes at every file operation, and every file operation failing once.
@Suite("A directory of JSON files survives crashes and failures") struct FileCrashTests {
  typealias Sources = StateMap<SourceState>

  /// States of all sources, one step after the other: creations, updates, removals, and batches that
  /// span sources.
  private static let steps: [Sources] = [
    ["a": state(1)],
    ["a": state(2)],
    ["a": state(3), "b": state(3), "c": state(3)],
    ["a": SourceState(), "b": state(4), "c": state(4), "d": state(4)],
    ["b": SourceState()],
    ["c": SourceState(), "a": state(6)],
    ["a": state(7)],
  ]

  private static func state(_ number: Int64) -> SourceState {
    SourceState(streams: ["s": ["n": .int(number)]], others: ["k": [:]])
  }

  /// All states up to and including a step.
  private static func state(after count: Int) -> Sources {
    var state: Sources = [:]
    for step in steps.prefix(count) {
      for (source, value) in step { state[source] = value.isEmpty ? nil : value }
    }
    return state
  }

  private static func find(_ directory: SourceDirectory) throws -> Sources {
    var found: Sources = [:]
    for source in try directory.sources() { found[source] = try directory.read(source) }
    return found
  }

  private static func recover(_ files: SimulatedFileSystem) throws -> Sources {
    var directory = try SourceDirectory(opening: "state", in: files)
    defer { directory.close() }
    return try find(directory)
  }

  @Test("Whenever it stops and whatever is lost, acknowledged states are there, whole")
  func crashes() {
    var exploration = CrashExploration(promise: 0) { files, promise in
      var directory = try SourceDirectory(opening: "state", in: files)
      for (index, step) in Self.steps.enumerated() {
        try directory.write(step)
        promise(index + 1)
      }
      directory.close()
    } recover: { files in
      try Self.recover(files)
    } permits: { found, promised, _ in
      found == Self.state(after: promised) || found == Self.state(after: promised + 1)
    }
    exploration.unimportantPaths = ["state/LOCK"]
    exploration.deepStride = 8
    let report = exploration.run()
    print("crashes, files: \(report)")
    for violation in report.violations { Issue.record("\(violation)") }
    #expect(report.checkedStateCount > 1000)
  }

  @Test("Whatever fails once, nothing acknowledged is lost and nothing is torn")
  func faults() throws {
    let rehearsal = SimulatedFileSystem(seed: 1)
    var directory = try SourceDirectory(opening: "state", in: rehearsal)
    for step in Self.steps { try directory.write(step) }
    directory.close()
    var runCount = 0
    for operation in rehearsal.operations {
      for effect in Fault.Effect.applicable(to: operation.kind) {
        runCount += 1
        let files = SimulatedFileSystem(seed: 1)
        files.inject(Fault(effect, at: operation.number))
        run(on: files, effect, "\(effect) at \(operation)")
      }
    }
    print("faults, files: \(runCount) runs")
    #expect(runCount > 100)
  }

  /// A job that tries each step until it is acknowledged, opening anew when it must.
  private func run(on files: SimulatedFileSystem, _ effect: Fault.Effect, _ place: String) {
    var open: SourceDirectory?
    for (index, step) in Self.steps.enumerated() {
      for attempt in 1...3 {
        do {
          if open == nil { open = try SourceDirectory(opening: "state", in: files) }
          try open?.write(step)
          break
        } catch {
          if effect == .full { files.clearFaults() }
          open?.close()
          open = nil
          if attempt == 3 { Issue.record("\(place): step \(index) fails for good: \(error)") }
        }
      }
      let found = Result { try Self.recover(files.afterPowerLoss(.allLost)) }
      guard case .success(let state) = found, state == Self.state(after: index + 1) else {
        Issue.record("\(place): after step \(index), all unsynced lost: \(found)")
        return
      }
    }
    open?.close()
  }

  @Test("After a change that failed half-way, nothing is read or written until it is opened anew")
  func halfWay() throws {
    let rehearsal = SimulatedFileSystem(seed: 1)
    var rehearsed = try SourceDirectory(opening: "state", in: rehearsal)
    try rehearsed.write(["a": Self.state(1)])
    let sync = try #require(rehearsal.operations.last { $0.kind == .syncDirectory })
    let files = SimulatedFileSystem(seed: 1)
    files.inject(Fault(.error(5), at: sync.number))
    var directory = try SourceDirectory(opening: "state", in: files)
    #expect(throws: StateError.self) { try directory.write(["a": Self.state(1)]) }
    #expect(throws: StateError.self) { try directory.read("a") }
    #expect(throws: StateError.self) { try directory.write(["a": Self.state(2)]) }
    directory.close()
    #expect(try Self.recover(files)["a"] == Self.state(1))
  }
}
