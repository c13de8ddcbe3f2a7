import FileIO
import JournalEngine
import StorageSimulator
import Synchronization
import Testing

@Suite("A compaction of another process that dies beside a writer")
struct CompactorDeathTests {
  /// Lets a number of operations happen, and then none: the process was killed.
  private final class Life: Sendable {
    private let remaining: Mutex<Int>

    init(_ count: Int) { remaining = Mutex(count) }

    func spend(_ operation: IOFailure.Operation, _ path: String) throws(IOFailure) {
      let isAlive = remaining.withLock { remaining in
        remaining -= 1
        return remaining >= 0
      }
      if !isAlive { throw IOFailure(operation, path: path, code: 5) }
    }

    var spent: Int { remaining.withLock { Int.max - $0 } }
  }

  private func makeStore(generations: Int) throws -> (SimulatedFileSystem, Journal, StoreState) {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small()
    options.retainedGenerationCount = generations
    let journal = try system.open(options)
    var state: StoreState = [:]
    for number in 1...8 {
      let change = StoreChange.put("k\(number % 5)", "\(number)")
      try journal.commit([change])
      state.apply([change])
      if number == 4 { try journal.compact() }
    }
    return (system, journal, state)
  }

  @Test(
    "P6: killed at any of its operations, it harms neither the writer nor the state",
    arguments: [0, 1])
  func diesAnywhere(generations: Int) throws {
    let (system, writer, _) = try makeStore(generations: generations)
    let whole = Life(.max)
    _ = try LiveCompaction.compact(
      storePath,
      in: InterposedFileSystem(system) { operation, path throws(IOFailure) in
        try whole.spend(operation, path)
      }, retainedGenerationCount: generations)
    withExtendedLifetime(writer) {}
    #expect(whole.spent > 50)
    for count in 0..<whole.spent {
      let (system, journal, before) = try makeStore(generations: generations)
      let life = Life(count)
      _ = try? LiveCompaction.compact(
        storePath,
        in: InterposedFileSystem(system) { operation, path throws(IOFailure) in
          try life.spend(operation, path)
        }, retainedGenerationCount: generations)
      var state = before
      func check(_ place: String) throws {
        let place = "killed after \(count) operations, \(place)"
        #expect(try journal.state() == state, "\(place)")
        #expect(try system.readState().state == state, "\(place), a reader")
        for pattern in [LossPattern.allLost, .namesLost, .random(seed: UInt64(count))] {
          let found = try system.afterPowerLoss(pattern).open().state()
          #expect(found == state, "\(place), \(pattern)")
        }
      }
      try check("at once")
      let change = StoreChange.put("k1", "later")
      try journal.commit([change])
      state.apply([change])
      try check("written on")
      try journal.compact(isFull: true)
      try check("compacted")
      try journal.close()
      #expect(!system.storeNames.contains { $0.hasSuffix(".snapshot.tmp") })
    }
  }

  @Test("P6: a segment goes only when the name of the one that a writer has just begun is durable")
  func besideRotation() throws {
    struct Progress {
      var isPublished = false
      var hasRotated = false
      var hasRemoved = false
    }
    let system = SimulatedFileSystem(seed: 1)
    let progress = Mutex(Progress())
    let options = JournalOptions.small(300)
    let earlier = try system.open(options)
    try earlier.commit([.put("a", String(repeating: "a", count: 300))])
    // The clean close vouches for the last commit, and so does a snapshot of all.
    try earlier.close()
    let state = try system.readState().state
    let full = try #require(system.segmentNames.first)

    // The power is lost before the writer has made the name of a new segment durable.
    let mortal = InterposedFileSystem(system) { operation, path throws(IOFailure) in
      let isAlive = progress.withLock { !$0.hasRotated || operation != .syncDirectory }
      if !isAlive || operation == .remove { throw IOFailure(operation, path: path, code: 5) }
    }
    let writer = try Journal.open(storePath, in: mortal, options: options)
    let files = InterposedFileSystem(system) { operation, path throws(IOFailure) in
      let (rotates, isOver) = progress.withLock { progress in
        let rotates = operation == .list && progress.isPublished && !progress.hasRotated
        let isOver = operation == .syncDirectory && progress.hasRemoved
        if operation == .rename { progress.isPublished = true }
        if operation == .remove, path.hasSuffix(".journal") { progress.hasRemoved = true }
        if rotates { progress.hasRotated = true }
        return (rotates, isOver)
      }
      if rotates { _ = try? writer.commit([.put("b", "1")]) }
      if isOver { throw IOFailure(operation, path: path, code: 5) }
    }
    _ = try? LiveCompaction.compact(storePath, in: files, retainedGenerationCount: 0)
    #expect(!system.segmentNames.contains(full))
    #expect(system.segmentNames.count == 1)
    for pattern in LossPattern.fixed + (0..<40).map({ .random(seed: $0) }) {
      let after = system.afterPowerLoss(pattern)
      #expect(throws: Never.self, "\(pattern)") {
        let found = try after.open(options).state()
        #expect(found == state)
      }
    }
  }
}
