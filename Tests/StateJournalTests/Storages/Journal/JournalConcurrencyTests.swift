import StateJournal
import StorageSimulator
import Synchronization
import Testing

@Suite("Concurrent changes in a journal") struct JournalConcurrencyTests {
  @Test(
    "Eight threads updating eight streams of one source lose nothing",
    arguments: [(JournalOptions.Durability.buffered, 10_000), (.synced, 100)])
  func threads(durability: JournalOptions.Durability, updates: Int) async throws {
    try await withTemporaryDirectory { directory in
      var options = JournalOptions()
      options.durability = durability
      let storage = try await JournalStateStorage.open(directory, options: options)
      try onThreads(8) { number in
        let address = StateAddress.stream("stream \(number)", of: "orders")
        for count in 1...updates {
          try storage.update(address, to: ["n": .int(Int64(count))])
          // `#expect` would cost more than the update.
          let read = try storage.read(address)["n"]?.int
          if read != Int64(count) { Issue.record("wrote \(count), read \(read ?? 0)") }
        }
      }
      try await storage.close()
      let again = try await JournalStateStorage.open(directory)
      let streams = try await again.read("orders").streams
      #expect(streams.count == 8)
      for (name, object) in streams { #expect(object == ["n": .int(Int64(updates))], "\(name)") }
      try await again.close()
    }
  }

  /// Moves one from a stream to another of a different source, and checks that nobody is between.
  @Sendable static func transfer(
    in transaction: inout StateTransaction, _ inside: Flag
  ) throws {
    #expect(inside.change(to: true) == false)
    let (from, to) = (StateAddress.stream("s", of: "one"), StateAddress.others("k", of: "two"))
    let left = try transaction.read(from)["n"]?.int ?? 0
    let right = try transaction.read(to)["n"]?.int ?? 0
    #expect(left + right == 0)
    try transaction.update(from, to: ["n": .int(left - 1)])
    try transaction.update(to, to: ["n": .int(right + 1)])
    #expect(inside.change(to: false) == true)
  }

  @Test("Two transactions never interleave, on threads or tasks")
  func transactions() async throws {
    let storage = try await JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 3))
    let (workers, transfers) = (4, 100)
    let inside = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<workers {
        group.addTask {
          for _ in 0..<transfers {
            try await storage.transaction { try Self.transfer(in: &$0, inside) }
          }
        }
      }
      try onThreads(workers) { _ in
        for _ in 0..<transfers {
          try storage.transaction { try Self.transfer(in: &$0, inside) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await storage.read("two").others == ["k": ["n": .int(Int64(800))]])
    #expect(try await storage.read("one").streams == ["s": ["n": .int(Int64(-800))]])
  }

  /// Something that threads and tasks tell one another.
  final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }

    /// Returns what it was before.
    @discardableResult
    func change(to new: Bool) -> Bool { value.exchange(new, ordering: .sequentiallyConsistent) }
  }

  @Test("A reader of a whole source sees all of a transaction or nothing of it")
  func wholeSourceReads() throws {
    var options = JournalOptions()
    options.durability = .buffered
    let storage = try JournalStateStorage.open(
      "state", options: options, in: SimulatedFileSystem(seed: 4))
    let isDone = Flag()
    try onThreads(2) { number in
      guard number == 0 else {
        while !isDone.isSet {
          let state = try storage.read("orders")
          #expect(state.streams["s"] == state.others["k"])
        }
        return
      }
      defer { isDone.change(to: true) }
      for count in 1...1_000 {
        try storage.update("orders") { state in
          state.streams["s"] = ["n": .int(Int64(count))]
          state.others["k"] = ["n": .int(Int64(count))]
        }
      }
    }
  }

  @Test("A change from inside a transaction traps instead of waiting for itself")
  func reentrance() async {
    let result = await #expect(processExitsWith: .failure) {
      let storage = try await JournalStateStorage.open("state", in: SimulatedFileSystem(seed: 5))
      try await storage.transaction { _ in
        try storage.update(.stream("s", of: "orders"), to: ["n": 1])
      }
    }
    // An exit code would mean that opening or the update failed; a trap is a signal.
    if case .exitCode(let code)? = result?.exitStatus {
      Issue.record("the process ended by itself with code \(code)")
    }
  }
}
