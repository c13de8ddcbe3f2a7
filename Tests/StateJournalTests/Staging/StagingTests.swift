import Foundation
import StorageSimulator
import Testing

@testable import StateJournal

@Suite("Staged updates")
struct StagingTests {
  private let files = SimulatedFileSystem(seed: 67)
  private static let address = StateAddress.stream("2024", of: "orders")

  private func open(_ rules: StateRules = StateRules()) throws -> JournalStateStorage {
    try JournalStateStorage.open("state", rules: rules, in: files)
  }

  @Test("Nobody sees a staged update before it is committed, and then all of it is there at once")
  func committed() async throws {
    let storage = try open()
    let other = StateAddress.others("k", of: "two")
    let staged = try storage.stage([
      .update(Self.address, ["last_id": 42]), .update(other, ["n": 1]),
    ])
    #expect(storage.stagedUpdateCount == 1)
    #expect(try await storage.sources() == [])
    #expect(storage.lastSequence == .zero)
    let sequence = try await storage.commit(staged, reason: "flushed")
    #expect(sequence == storage.lastSequence)
    #expect(storage.stagedUpdateCount == 0)
    let found = [
      try await storage.readVersioned(Self.address), try await storage.readVersioned(other),
    ]
    #expect(found.map(\.version.number) == [sequence?.rawValue, sequence?.rawValue])
    #expect(found.map(\.object) == [["last_id": 42], ["n": 1]])
    var events = storage.changes(since: .zero).makeAsyncIterator()
    guard case .commit(let commit)? = try await events.next() else { return }
    #expect(commit.reason == "flushed")
  }

  @Test("Several are one commit, in the order in which they are given")
  func several() throws {
    let storage = try open()
    let orders = storage.source("orders")
    let staged = try (1...3).map { try orders.stageStream("s", ["n": .int(Int64($0))]) }
    let first = try storage.commit([staged[2], staged[0]])
    #expect(first == storage.lastSequence)
    #expect(try orders.readStream("s") == ["n": 1])
    try storage.commit(staged[1])
    #expect(try orders.readStream("s") == ["n": 2])
  }

  @Test("What is discarded while it is being committed is not staged again when that fails")
  func discardedMeanwhile() throws {
    let staged = StagedUpdates()
    let updates = (1...3).map { staged.add([.update(Self.address, ["n": .int($0)])]) }
    let changes = try staged.take(updates)
    staged.discard(updates[1])
    staged.putBack(updates, changes)
    #expect(staged.count == 2)
    #expect(throws: StateError.self) { try staged.take([updates[1]]) }
    _ = try staged.take([updates[0]])
    staged.settle([updates[0]])
    staged.putBack([updates[0]], [changes[0]])
    #expect(staged.count == 1)
  }

  @Test("What is committed or discarded cannot be committed again, nor what another has staged")
  func gone() async throws {
    let storage = try open()
    let other = try await JournalStateStorage.open("other", in: files)
    let (one, two, three) = (
      try storage.stage([.update(Self.address, ["n": 1])]),
      try storage.stage([.update(Self.address, ["n": 2])]),
      try storage.stage([.update(Self.address, ["n": 3])])
    )
    try await storage.commit(one)
    storage.discard(two)
    storage.discard(two)
    let attempts: [() throws -> LogSequenceNumber?] = [
      { try storage.commit(one) }, { try storage.commit(two) }, { try other.commit(three) },
      { try storage.commit([three, one]) }, { try storage.commit([three, three]) },
    ]
    for attempt in attempts {
      let error = try #require(#expect(throws: StateError.self) { _ = try attempt() })
      guard case .notStaged = error.reason else { throw error }
    }
    #expect(try await storage.read(Self.address) == ["n": 1])
    try await storage.commit(three)
    #expect(try await storage.read(Self.address) == ["n": 3])
  }

  @Test("What could never be committed is refused when it is staged")
  func refused() throws {
    var rules = StateRules()
    rules.limitSize(warningAt: 10, maximum: 20)
    let storage = try open(rules)
    let changes: [StateChange] = [
      .update(Self.address, ["n": .double(.nan)]), .update(.stream("", of: "orders"), [:]),
      .update(Self.address, ["text": "more than twenty bytes of it"]),
    ]
    for change in changes {
      #expect(throws: StateError.self) { _ = try storage.stage([change]) }
    }
    #expect(storage.stagedUpdateCount == 0)
  }

  @Test("An update that a rule or a full disk refuses stays staged, and can be committed later")
  func kept() async throws {
    var rules = StateRules()
    try rules.neverBackwards("last_id")
    let storage = try open(rules)
    let staged = try storage.stage([.update(Self.address, ["last_id": 1])])
    try await storage.update(Self.address, to: ["last_id": 2])
    await #expect(throws: StateError.self) { try await storage.commit(staged) }
    #expect(storage.stagedUpdateCount == 1)
    files.inject(Fault(.noSpace, of: .write, on: ".journal"))
    await #expect(throws: StateError.self) { try await storage.unguarded.commit(staged) }
    files.clearFaults()
    #expect(storage.stagedUpdateCount == 1)
    try await storage.unguarded.commit(staged)
    #expect(try await storage.read(Self.address) == ["last_id": 1])
  }

  @Test("A process that is killed leaves what it committed and nothing of what it had only staged")
  func killed() async throws {
    try await withTemporaryDirectory { directory in
      await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
        let storage = try await JournalStateStorage.open(directory)
        let committed = try storage.stage([.update(Self.address, ["last_id": 41])])
        _ = try storage.stage([
          .update(Self.address, ["last_id": 42]), .update(.others("k", of: "two"), ["n": 1]),
        ])
        try await storage.commit(committed)
        _ = try storage.stage([.removeSource("orders")])
        kill(getpid(), SIGKILL)
      }
      let storage = try await JournalStateStorage.open(directory)
      #expect(try await storage.sources() == ["orders"])
      #expect(try await storage.read(Self.address) == ["last_id": 41])
      #expect(storage.stagedUpdateCount == 0)
      try await storage.close()
    }
  }
}
