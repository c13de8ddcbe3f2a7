import StateJournal
import StorageSimulator
import Testing

@Suite("Following the commits of a journal as another process does")
struct StateFollowingTests {
  private let files = SimulatedFileSystem(seed: 62)
  private let address = StateAddress.stream("s", of: "orders")

  private func open() throws -> JournalStateStorage {
    var options = JournalOptions.watched
    options.retainedGenerationCount = 0
    return try JournalStateStorage.open("state", options: options, in: files)
  }

  @Test("Another process follows a writer through its sessions, rotations and compactions")
  func follower() async throws {
    var storage = try open()
    try await storage.update(address, to: ["n": 0])
    let inspector = JournalInspector("state", in: files)
    let follower = Task {
      var mirror = Mirror()
      for try await event in inspector.changes(since: .zero, every: .milliseconds(1)) {
        try mirror.take(event) { try inspector.snapshot() }
        if mirror.sources["end"] != nil { break }
      }
      return mirror
    }
    for round in 1...3 {
      for number in 1...60 {
        let stream = StateAddress.stream("\(number % 9)", of: "orders")
        try await storage.update(stream, to: ["n": .int(Int64(round * 100 + number))])
        if number % 20 == 0 { try await storage.compact(full: true) }
        if number % 25 == 0 { try await storage.remove(stream) }
      }
      try await storage.close()
      storage = try open()
    }
    try await storage.update(.stream("s", of: "end"), to: [:])
    let mirror = try await follower.value
    #expect(mirror.sources == (try storage.snapshot().everything()))
    // The beginning is reached only by those who were there then; later ones are told so.
    var events = inspector.changes(since: .zero, every: .milliseconds(1)).makeAsyncIterator()
    guard case .missed? = try await events.next() else {
      Issue.record("nothing was missed")
      return
    }
  }

  @Test("Buffered commits on a disk are followed from inside and from outside of the process")
  func buffered() async throws {
    try await withTemporaryDirectory { directory in
      var options = JournalOptions.quick
      options.segmentByteCount = 64 << 10
      options.retainedGenerationCount = 0
      let storage = try await JournalStateStorage.open(directory, options: options)
      let mirrors = try await withThrowingTaskGroup(of: Mirror.self) { group in
        for changes in [
          storage.changes(since: .zero),
          JournalInspector(directory).changes(since: .zero, every: .milliseconds(1)),
        ] {
          group.addTask {
            var mirror = Mirror()
            for try await event in changes {
              try mirror.take(event) { try JournalInspector(directory).snapshot() }
              if mirror.sources["end"] != nil { break }
            }
            return mirror
          }
        }
        for number in 1...5_000 {
          let stream = StateAddress.stream("\(number % 50)", of: "orders")
          if number % 7 == 0 {
            try await storage.remove(stream)
          } else {
            try await storage.update(stream, to: ["n": .int(Int64(number))])
          }
          if number % 1_000 == 0 { try await storage.compact(full: number % 2_000 == 0) }
        }
        try await storage.update(.stream("s", of: "end"), to: [:])
        var mirrors: [Mirror] = []
        for try await mirror in group { mirrors.append(mirror) }
        return mirrors
      }
      let expected = try storage.snapshot().everything()
      for mirror in mirrors { #expect(mirror.sources == expected) }
      try await storage.close()
    }
  }
}
