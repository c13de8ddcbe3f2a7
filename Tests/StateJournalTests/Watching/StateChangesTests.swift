import FileIO
import StateJournal
import StorageSimulator
import Testing

@Suite("Watching the commits of a journal")
struct StateChangesTests {
  private let files = SimulatedFileSystem(seed: 62)
  private let address = StateAddress.stream("s", of: "orders")

  private func open(generations: Int = 1) throws -> JournalStateStorage {
    var options = JournalOptions.watched
    options.retainedGenerationCount = generations
    return try JournalStateStorage.open("state", options: options, in: files)
  }

  @Test("Every commit comes once, in order and whole, those of before and those that are made then")
  func everyCommit() async throws {
    let storage = try open()
    try await storage.apply(
      [.update(address, ["n": 1]), .update(.others("k", of: "two"), ["n": 1])],
      reason: "the first", durability: nil)
    try await storage.label("no-state")
    for number in 2...40 { try await storage.update(address, to: ["n": .int(Int64(number))]) }
    var events = storage.changes(since: .zero).makeAsyncIterator()
    guard case .commit(let first)? = try await events.next() else {
      Issue.record("no commit")
      return
    }
    #expect(
      first.changes == [
        .update(address, ["n": 1]), .update(.others("k", of: "two"), ["n": 1]),
      ])
    #expect(first.reason == "the first")
    #expect(first.time > 0)
    for number in 2...40 {
      let event = try await events.next()
      #expect(commit(event)?.changes == [.update(address, ["n": .int(Int64(number))])])
    }
    try await storage.remove(address)
    #expect(commit(try await events.next())?.changes == [.remove(address)])
    async let written: Void = storage.write(SourceState(), to: "two")
    let last = commit(try await events.next())
    try await written
    #expect(last?.changes == [.removeSource("two")])
    #expect(last?.sequence == storage.lastSequence)
  }

  private func commit(_ event: StateChangeEvent?) -> JournalCommit? {
    guard case .commit(let commit)? = event else { return nil }
    return commit
  }

  @Test("A watcher that comes after a compaction is told what it missed, and what came of it")
  func missed() async throws {
    let storage = try open(generations: 0)
    try await storage.update(address, to: ["n": 1])
    let known = storage.lastSequence
    try await storage.update(.stream("gone", of: "orders"), to: ["n": 2])
    try await storage.remove(.stream("gone", of: "orders"))
    try await storage.update(.stream("t", of: "orders"), to: ["n": 3])
    try await storage.update(.stream("u", of: "other"), to: ["n": 4])
    for _ in 0..<2 {
      try await storage.compact(full: true)
      try await storage.update(.stream("t", of: "third"), to: ["n": 5])
    }
    let covered = try storage.inspector.status().snapshots.map(\.through).max()
    var events: [StateChangeEvent] = []
    try await storage.close()
    for try await event in storage.changes(since: known) { events.append(event) }
    guard case .missed(let first, let through)? = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(first == known.next)
    #expect(through <= covered ?? .zero)
    let present = events.compactMap { event in
      if case .present(let address, _) = event { address } else { nil }
    }
    #expect(
      present.prefix(2) == [.stream("t", of: "orders"), .stream("u", of: "other")], "\(events)")
    #expect(!present.contains(address), "what has not changed since is no news")
    var mirror = Mirror()
    for event in events { try mirror.take(event) { storage.snapshot() } }
    #expect(mirror.sources["third"] == SourceState(streams: ["t": ["n": 5]]))
  }

  @Test("What came of missed commits is told once for each object, however many there are")
  func manyPresent() async throws {
    let storage = try open(generations: 0)
    for number in 0..<300 {
      try await storage.update(.stream("\(number)", of: "orders"), to: ["n": .int(Int64(number))])
    }
    for _ in 0..<2 {
      try await storage.compact(full: true)
      try await storage.update(address, to: ["n": 0])
    }
    try await storage.close()
    var present: [String] = []
    for try await event in storage.changes(since: .zero) {
      if case .present(let address, _) = event { present.append(address.name) }
    }
    #expect(present.filter { $0 != "s" }.sorted() == (0..<300).map { "\($0)" }.sorted())
  }

  @Test(
    "Whoever writes and compacts meanwhile, who watches ends with the same state",
    arguments: [0, 1, 3])
  func mirrors(generations: Int) async throws {
    let storage = try open(generations: generations)
    let mirrors = try await withThrowingTaskGroup(of: Mirror.self) { group in
      for _ in 0..<2 {
        group.addTask {
          var mirror = Mirror()
          for try await event in storage.changes(since: .zero) {
            try mirror.take(event) { storage.snapshot() }
          }
          return mirror
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { writers in
        for writer in 0..<3 {
          writers.addTask {
            for number in 1...150 {
              let stream = StateAddress.stream("\(number % 7)", of: "source \(writer)")
              if number % 5 == 0 {
                try await storage.remove(stream)
              } else {
                try await storage.update(stream, to: ["n": .int(Int64(number))])
              }
              if number % 60 == 0 {
                try await storage.write(SourceState(), to: "source \(writer)")
              }
            }
          }
        }
        writers.addTask {
          for round in 0..<10 { try await storage.compact(full: round % 2 == 0) }
        }
        try await writers.waitForAll()
      }
      try await storage.close()
      var mirrors: [Mirror] = []
      for try await mirror in group { mirrors.append(mirror) }
      return mirrors
    }
    let expected = try storage.snapshot().everything()
    #expect(mirrors.count == 2)
    for mirror in mirrors { #expect(mirror.sources == expected) }
  }

  @Test("A slow watcher reads on from a segment that a compaction has removed")
  func slow() async throws {
    let storage = try open(generations: 0)
    for number in 1...200 { try await storage.update(address, to: ["n": .int(Int64(number))]) }
    var events = storage.changes(since: .zero).makeAsyncIterator()
    var mirror = Mirror()
    let first = try #require(try await events.next())
    try mirror.take(first) { storage.snapshot() }
    for _ in 0..<2 {
      try await storage.update(address, to: ["n": 201])
      try await storage.compact(full: true)
    }
    try await storage.close()
    while let event = try await events.next() { try mirror.take(event) { storage.snapshot() } }
    #expect(mirror.sources == ["orders": SourceState(streams: ["s": ["n": 201]])])
    #expect(mirror.missedCount == 1, "what lay in other segments is missed, and told")
  }

  @Test("Only what concerns a source or an object is told of, when that is what is wanted")
  func selection() async throws {
    let storage = try open()
    for number in 1...10 {
      try await storage.apply([
        .update(address, ["n": .int(Int64(number))]),
        .update(.stream("t", of: "orders"), ["n": 0]), .update(.stream("s", of: "other"), [:]),
      ])
    }
    try await storage.update(.stream("s", of: "other"), to: [:])
    try await storage.write(SourceState(), to: "orders")
    try await storage.close()
    var ofStream: [StateChange] = []
    for try await event in storage.changes(since: .zero, of: .object(address)) {
      ofStream += commit(event)?.changes ?? []
    }
    #expect(ofStream.count == 11)
    #expect(ofStream.last == .removeSource("orders"))
    var count = 0
    for try await event in storage.source("other").changes(since: .zero) {
      count += 1
      #expect(commit(event)?.changes == [.update(.stream("s", of: "other"), [:])])
    }
    #expect(count == 11)
  }

  @Test("A watcher that waits ends when its task is cancelled")
  func cancelled() async throws {
    let storage = try open()
    try await storage.update(address, to: ["n": 1])
    let (seen, saw) = AsyncStream<Void>.makeStream()
    let watcher = Task {
      for try await _ in storage.changes(since: .zero) { saw.yield() }
      return "ended"
    }
    for await _ in seen { break }
    watcher.cancel()
    #expect(try await watcher.value == "ended")
  }

  @Test("A watcher hears that nothing more is acknowledged, after all that was")
  func poisoned() async throws {
    let storage = try open()
    try await storage.update(address, to: ["n": 1])
    var events = storage.changes(since: .zero).makeAsyncIterator()
    #expect(commit(try await events.next())?.changes == [.update(address, ["n": 1])])
    files.inject(Fault(.failedSync(.pagesKept), of: .sync, on: ".journal"))
    async let update: Void = storage.update(address, to: ["n": 2])
    do throws(StateError) {
      let event = try await events.next()
      Issue.record("\(String(describing: event))")
    } catch {
      guard case .poisoned? = error.journalError?.reason else { throw error }
    }
    let wasUpdated: Void? = try? await update
    #expect(wasUpdated == nil)
  }

  @Test("A commit that a full disk took back is never told of, though its number was used again")
  func takenBack() async throws {
    let storage = try open()
    try await storage.update(address, to: ["n": 1])
    let events = storage.changes(since: .zero)
    let watcher = Task {
      var numbers: [Int64] = []
      for try await event in events {
        guard case .update(_, let object)? = commit(event)?.changes.first else { continue }
        numbers.append(object["n"]?.int ?? 0)
      }
      return numbers
    }
    for number in 2...30 {
      files.inject(Fault(.errorAfterPart(byteCount: 70, 28), of: .write, on: ".journal"))
      do {
        try await storage.update(address, to: ["n": .int(Int64(-number))])
      } catch {
        #expect((error as StateError).journalError?.isOutOfSpace == true)
      }
      files.clearFaults()
      try await storage.update(address, to: ["n": .int(Int64(number))])
    }
    try await storage.close()
    let numbers = try await watcher.value
    #expect(numbers.filter { $0 > 0 } == Array(1...30))
    #expect(numbers.count == 30)
  }

  @Test("Who watched a storage to its end goes on from there, whatever others compacted meanwhile")
  func closedUnderOthers() async throws {
    let storage = try open(generations: 0)
    try await storage.update(address, to: ["n": 1])
    let changes = storage.changes(since: storage.lastSequence)
    try await storage.update(.stream("t", of: "orders"), to: ["n": 2])
    try await storage.close()
    let last = storage.lastSequence
    let other = try open(generations: 0)
    for number in 3...5 as ClosedRange<Int64> {
      try await other.update(.stream("t", of: "orders"), to: ["n": .int(number)])
      try await other.update(.stream("new", of: "orders"), to: ["n": .int(number)])
      try await other.compact(full: true)
    }
    var mirror = Mirror()
    for try await event in changes { try mirror.take(event) { storage.snapshot() } }
    #expect(mirror.missedCount == 1)
    #expect(mirror.last <= last, "what the storage does not know it cannot tell of")
    #expect(mirror.sources == ["orders": SourceState(streams: ["t": ["n": 2]])])
    try await other.close()
    for try await event in other.changes(since: mirror.last) {
      try mirror.take(event) { other.snapshot() }
    }
    #expect(
      mirror.sources == ["orders": SourceState(streams: ["t": ["n": 5], "new": ["n": 5]])])
  }

  @Test("A commit that was never made is an error, and not a wait without end")
  func future() async throws {
    let storage = try open()
    try await storage.update(address, to: ["n": 1])
    for number in [77, .max - 1, .max] as [UInt64] {
      for changes in [
        storage.changes(since: LogSequenceNumber(number)),
        storage.inspector.changes(since: LogSequenceNumber(number), every: .milliseconds(1)),
      ] {
        var events = changes.makeAsyncIterator()
        do throws(StateError) {
          let event = try await events.next()
          Issue.record("\(String(describing: event))")
        } catch {
          #expect(error.journalError?.reason == .unreachable, "\(number): \(error)")
        }
        #expect(try await events.next() == nil)
      }
    }
  }
}

extension JournalError {
  fileprivate var isOutOfSpace: Bool {
    if case .outOfSpace = reason { true } else { false }
  }
}
