import StateJournal
import StorageSimulator
import Testing

@Suite("Watching a part of the state")
struct StateValuesTests {
  private let address = StateAddress.stream("s", of: "orders")

  private func open() throws -> JournalStateStorage {
    try JournalStateStorage.open(
      "state", options: .watched, in: SimulatedFileSystem(seed: 63))
  }

  @Test("A stream's value comes at once, and then each time that it has another")
  func values() async throws {
    let storage = try open()
    var values = storage.source("orders").values(ofStream: "s").makeAsyncIterator()
    #expect(try await values.next() == .absent)
    for number in 1...20 {
      // The change comes before the watcher waits, or while it does.
      async let change: Void = change(storage, to: number)
      let found = try await values.next()
      try await change
      #expect(found?.object == ["n": .int(Int64(number))])
      #expect(found?.version.number == storage.lastSequence.rawValue)
    }
    try await storage.update(address, to: ["n": 21])
    try await storage.update(address, to: ["n": 22])
    #expect(try await values.next()?.object == ["n": 22], "what is not the newest is skipped")
    try await storage.remove(address)
    #expect(try await values.next() == .absent)
    try await storage.update(address, to: ["n": 23])
    try await storage.close()
    #expect(try await values.next()?.object == ["n": 23])
    #expect(try await values.next() == nil)
    #expect(try await values.next() == nil)
  }

  private func change(_ storage: JournalStateStorage, to number: Int) async throws {
    try await storage.update(.stream("t", of: "orders"), to: ["n": 0])
    try await storage.update(address, to: ["n": .int(Int64(number))])
  }

  @Test("Many watchers of a stream that many tasks change all see its last value")
  func watchers() async throws {
    let storage = try open()
    try await withThrowingTaskGroup(of: Int64.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var last: Int64 = 0
          for try await value in storage.values(of: address) {
            let number = value.object["n"]?.int ?? 0
            if number < last { Issue.record("\(number) after \(last)") }
            last = number
            if last == 400 { break }
          }
          return last
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { writers in
        for _ in 0..<4 {
          writers.addTask {
            for _ in 0..<100 {
              try await storage.transaction { transaction in
                let number = try transaction.read(address)["n"]?.int ?? 0
                try transaction.update(address, to: ["n": .int(number + 1)])
              }
            }
          }
        }
        try await writers.waitForAll()
      }
      for try await last in group { #expect(last == 400) }
    }
  }

  @Test("A source's state comes when it has become another, and not when others have")
  func source() async throws {
    let storage = try open()
    try await storage.update(address, to: ["n": 1])
    var values = storage.source("orders").values().makeAsyncIterator()
    #expect(try await values.next()?.streams == ["s": ["n": 1]])
    async let changes: Void = {
      try await storage.update(.stream("s", of: "other"), to: ["n": 1])
      try await storage.update(address, to: ["n": 1])
      try await storage.update(.others("k", of: "orders"), to: ["n": 2])
    }()
    #expect(
      try await values.next() == SourceState(streams: ["s": ["n": 1]], others: ["k": ["n": 2]]))
    try await changes
  }

  @Test("Who watches a value ends when the task is cancelled")
  func cancelled() async throws {
    let storage = try open()
    let (seen, saw) = AsyncStream<Void>.makeStream()
    let watcher = Task {
      for try await _ in storage.values(of: address) { saw.yield() }
      return "ended"
    }
    for await _ in seen { break }
    watcher.cancel()
    #expect(try await watcher.value == "ended")
  }
}
