import FileIO
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@testable import JournalEngine

/// Files that were superseded go one by one, and what happens meanwhile may keep the others.
@Suite("Files that go after a compaction", .timeLimit(.minutes(30)))
struct SweepTests {
  /// What happens once, before the sweep behind a merged file removes anything, or at its first removal.
  private final class Script: Sendable {
    private struct State {
      var hasMerged = false
      var beforeAll: (@Sendable () -> Void)?
      var atFirst: (@Sendable () -> Void)?
    }

    private let state = Shared(State())

    func plan(
      beforeAll: (@Sendable () -> Void)? = nil, atFirst: (@Sendable () -> Void)? = nil
    ) {
      state.withLock { $0 = State(beforeAll: beforeAll, atFirst: atFirst) }
    }

    func pass(_ operation: IOFailure.Operation, _ path: String) {
      let step = state.withLock { state -> (@Sendable () -> Void)? in
        // The sync of the directory that follows the new name comes after what may go is decided.
        switch operation {
        case .rename where path.contains("/00000000000000000000-"): state.hasMerged = true
        case .syncDirectory where state.hasMerged: return state.beforeAll.take()
        case .remove where state.hasMerged: return state.atFirst.take()
        default: break
        }
        return nil
      }
      step?()
    }
  }

  private static let large = String(repeating: "l", count: 3000)

  /// A journal with a base, runs on it and a log of some segments, that keeps no second generation.
  private func grown(
    _ system: SimulatedFileSystem, _ script: Script,
    _ note: @escaping @Sendable (CompactionReport) -> Void = { _ in }
  ) throws -> Journal {
    var options = JournalOptions.small(100_000)
    options.retainedGenerationCount = 0
    options.mergeAtOnceByteCount = 0
    options.removalsAtOnce = 1
    options.compactionByteCount = 4000
    options.onEvent = { event in if case .compacted(let report) = event { note(report) } }
    let files = InterposedFileSystem(system) { operation, path in script.pass(operation, path) }
    let journal = try Journal.open(storePath, in: files, options: options)
    for number in 0..<4 {
      try journal.commit([.put("k\(number)", String(repeating: "v", count: 200))])
      try journal.compact(isFull: number == 0)
    }
    try journal.commit([.put("last", "1")])
    return journal
  }

  /// The files that may go, and are still there.
  private func removable(_ journal: Journal) throws -> [FileName] {
    try Retention.plan(
      journal.directory, chain: journal.tables.withLock { $0.chain }, without: [],
      options: journal.options, pinned: PinnedCommits()
    ).names
  }

  @Test("All go at once where nobody waits")
  func quiet() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try grown(system, Script())
    let report = try #require(try journal.compact(isFull: true))
    #expect(report.removedFiles.count > 1)
    #expect(try removable(journal) == [])
  }

  @Test("Where the log has grown long meanwhile, the others are left for the next compaction")
  func longLog() throws {
    let system = SimulatedFileSystem(seed: 1)
    let script = Script()
    let reports = Monitor<[CompactionReport]>([])
    let journal = try grown(system, script) { report in
      reports.withLock { $0.append(report) }
      reports.notifyAll()
    }
    script.plan(atFirst: { _ = try? journal.commit([.put("large", Self.large)]) })
    let report = try #require(try journal.compact(isFull: true))
    #expect(report.removedFiles.count == 2, "half of them and more: \(report.removedFiles)")
    let state = try journal.state()
    #expect(state.count == 6)
    // The next one comes by itself, without another commit.
    let last = journal.lastSequence
    reports.wait { $0.contains { $0.through == last } ? () : nil }
    #expect(try removable(journal) == [])
    #expect(try system.readState().report.replayedByteCount == 0)
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
  }

  @Test("A compaction that finds no room removes what earlier ones have left")
  func fullDisk() throws {
    let system = SimulatedFileSystem(seed: 1)
    let script = Script()
    let journal = try grown(system, script)
    // No room from here on: neither does the next one by itself have some.
    script.plan(atFirst: {
      _ = try? journal.commit([.put("large", Self.large)])
      for _ in 0..<8 { system.inject(Fault(.noSpace, of: .rename, on: ".snapshot.tmp")) }
    })
    try journal.compact(isFull: true)
    #expect {
      // Waits for the compaction in the background, should that have begun.
      while true {
        do throws(JournalError) {
          try journal.compact()
          break
        } catch {
          guard case .locked = error.reason else { throw error }
        }
      }
    } throws: { error in
      guard case .outOfSpace = (error as? JournalError)?.reason else { return false }
      return true
    }
    #expect(try removable(journal) == [])
    let state = try journal.state()
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
  }

  @Test("P6: damage to the new file that is met before the old ones have gone keeps them")
  func damagedMeanwhile() throws {
    let system = SimulatedFileSystem(seed: 1)
    let script = Script()
    let journal = try grown(system, script)
    let state = try journal.state()
    let isMet = Shared(false)
    script.plan(beforeAll: {
      guard let name = system.snapshotNames.filter({ $0.hasPrefix("00000000000000000000-") }).max()
      else { return }
      try? system.replace(name) { $0[100] ^= 0x40 }
      let seen = try? journal.state()
      isMet.withLock { $0 = seen == state }
    })
    let report = try journal.compact(isFull: true)
    #expect(isMet.withLock { $0 })
    #expect(report?.removedFiles == [])
    #expect(try journal.state() == state)
    system.crash()
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
  }

  @Test("P5: a journal that fails meanwhile removes nothing more")
  func failedMeanwhile() throws {
    let system = SimulatedFileSystem(seed: 1)
    let script = Script()
    let journal = try grown(system, script)
    script.plan(beforeAll: {
      system.inject(Fault(.failedSync(.pagesDropped), of: .sync, on: ".journal"))
      _ = try? journal.commit([.put("lost", "1")])
    })
    let report = try journal.compact(isFull: true)
    #expect(throws: JournalError.self) { try journal.commit([.put("refused", "1")]) }
    #expect(report?.removedFiles == [])
    #expect(try !removable(journal).isEmpty)
  }

  @Test("P5: a directory that cannot be synced while room is made poisons", arguments: [5, 28])
  func roomIsMade(code: Int32) throws {
    let progress = Shared((isFull: false, hasFailed: false))
    let system = SimulatedFileSystem(seed: 1)
    let files = InterposedFileSystem(system) { operation, path throws(IOFailure) in
      let (isFull, isFailing) = progress.withLock { progress in
        let isFull = !progress.isFull && operation == .write && path.hasSuffix(".snapshot.tmp")
        if isFull { progress.isFull = true }
        let isFailing = progress.isFull && operation == .syncDirectory && !progress.hasFailed
        if isFailing { progress.hasFailed = true }
        return (isFull, isFailing)
      }
      if isFull { throw IOFailure(.write, path: path, code: IOFailure.noSpaceCode) }
      if isFailing { throw IOFailure(.syncDirectory, path: path, code: code) }
    }
    let journal = try Journal.open(storePath, in: files, options: .small())
    for number in 0..<9 { try journal.commit([.put("k\(number)", "v")]) }
    let state = try journal.state()
    #expect(throws: JournalError.self) { try journal.compact(isFull: true) }
    #expect(progress.withLock { $0.hasFailed })
    let error = #expect(throws: JournalError.self) { try journal.commit([.put("late", "v")]) }
    guard case .poisoned(let failure) = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(failure.operation == .syncDirectory)
    try journal.close()
    #expect(try system.open().state() == state)
  }
}
