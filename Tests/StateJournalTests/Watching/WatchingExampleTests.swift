import StateJournal
import StorageSimulator
import Testing

/// The examples of `WatchingState.md`, word for word.
@Suite("The examples in the guide to watching state")
struct WatchingExampleTests {
  private let address = StateAddress.stream("2024", of: "orders")

  private func open() throws -> JournalStateStorage {
    try JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 68))
  }

  @Test("One moment is read as a whole")
  func moment() async throws {
    let storage = try open()
    try await storage.update(.others("k", of: "other"), to: [:])
    try await storage.label("before-deploy")
    let snapshot = storage.snapshot()
    for source in try snapshot.sources() {
      print(source, try snapshot.read(source).streams.count, "streams as of", snapshot.sequence)
    }

    let then = try await storage.snapshot(at: .label("before-deploy"))
    let position = try then.read(.stream("2024", of: "orders"))
    #expect(position.isEmpty)
  }

  @Test("A cursor is shown as it moves")
  func values() async throws {
    let storage = try open()
    try await storage.update(address, to: ["last_id": 42])
    try await storage.close()
    let orders = storage.source("orders")
    for try await position in orders.values(ofStream: "2024") {
      print("orders are loaded up to", position.object["last_id"] ?? "the beginning")
    }
  }

  /// Keeps a copy of the state in another storage.
  struct Mirror {
    let storage: JournalStateStorage
    let copy: InMemoryStateStorage
    let place = StateAddress.others("mirrored", of: "mirror")

    func follow() async throws {
      let last = try await copy.read(place)["through"]?.int ?? 0
      for try await event in storage.changes(since: LogSequenceNumber(UInt64(last))) {
        switch event {
        case .commit(let commit):
          let through = StateValue.int(Int64(commit.sequence.rawValue))
          try await copy.apply(commit.changes + [.update(place, ["through": through])])
        case .missed:
          try await removeWhatIsGone()
        case .present(let address, let found):
          try await copy.update(address, to: found.object)
        }
      }
    }

    func removeWhatIsGone() async throws {
      let now = storage.snapshot()
      for source in try await copy.sources() where source != place.source {
        for name in try await copy.names(of: source, .stream) {
          let address = StateAddress.stream(name, of: source)
          if try now.readVersioned(address) == .absent { try await copy.remove(address) }
        }
      }
    }
  }

  @Test("A mirror that is interrupted goes on where it was, over compactions")
  func mirror() async throws {
    var options = JournalOptions.watched
    options.retainedGenerationCount = 0
    let files = SimulatedFileSystem(seed: 69)
    let copy = InMemoryStateStorage()
    for round in 1...3 {
      let storage = try await JournalStateStorage.open("state", options: options, in: files)
      for number in 1...20 {
        let stream = StateAddress.stream("\(number + round)", of: "orders")
        try await storage.update(stream, to: ["n": .int(Int64(number))])
      }
      try await storage.remove(.stream("\(round + 1)", of: "orders"))
      if round == 2 {
        for _ in 0..<2 {
          try await storage.compact(full: true)
          try await storage.update(address, to: ["n": 0])
        }
      }
      try await storage.close()
      try await Mirror(storage: storage, copy: copy).follow()
      #expect(try await copy.read("orders") == (try await storage.read("orders")))
    }
  }
}
