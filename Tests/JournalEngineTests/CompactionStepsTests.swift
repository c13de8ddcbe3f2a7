import FileIO
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@testable import JournalEngine

/// What changed leaves the log first; files are merged afterwards.
@Suite("The steps of a compaction", .timeLimit(.minutes(30)))
struct CompactionStepsTests {
  /// What happens each time a merged file, the name of which begins at 0, is written to.
  private final class Script: Sendable {
    private struct State {
      var reports: [CompactionReport] = []
      var steps: [@Sendable () -> Void] = []
    }

    private let state = Monitor(State())

    var reports: [CompactionReport] { state.withLock { $0.reports } }

    func note(_ event: JournalEvent) {
      guard case .compacted(let report) = event else { return }
      state.withLock { $0.reports.append(report) }
    }

    func plan(_ steps: [@Sendable () -> Void]) { state.withLock { $0.steps = steps } }

    func pass(_ operation: IOFailure.Operation, _ path: String) {
      guard operation == .write, path.contains("/00000000000000000000-"), path.hasSuffix(".tmp")
      else { return }
      let step = state.withLock { $0.steps.isEmpty ? nil : $0.steps.removeFirst() }
      step?()
    }
  }

  private static let entryCount = 20_000
  private static let entries = (0..<entryCount).map { number in
    StoreChange.put("k\(100_000 + number)", String(repeating: "v", count: 40))
  }

  /// A journal with a base of more than one write and a run, that merges nothing at once, and the log
  /// of which is long after one large commit.
  private func grown(
    _ system: SimulatedFileSystem, _ script: Script, runs: Int = 2
  ) throws -> Journal {
    var options = JournalOptions.small(100_000)
    options.compactionByteCount = 2000
    options.maximumRunCount = runs
    options.mergeAtOnceByteCount = 0
    options.onEvent = { script.note($0) }
    let files = InterposedFileSystem(system) { operation, path in script.pass(operation, path) }
    let journal = try Journal.open(storePath, in: files, options: options)
    // Waits for a compaction in the background, should one have begun.
    while true {
      do {
        if journal.lastSequence == .zero { try journal.commit(Self.entries) }
        try journal.compact()
        break
      } catch {
        guard case .locked = error.reason else { throw error }
      }
    }
    try journal.commit([.put("a", "1"), .remove("k100000")])
    return journal
  }

  @Test("What has been set aside counts as log to be replayed until it is in a snapshot")
  func replayedMeanwhile() throws {
    let files = HookedFileSystem(SimulatedFileSystem(seed: 1))
    let journal = try Journal.open(storePath, in: files, options: .deterministic)
    try journal.commit([.put("a", "1")])
    let before = journal.statistics.replayByteCount
    let during = Shared(0)
    files.duringNextSnapshot {
      let count = journal.statistics.replayByteCount
      during.withLock { $0 = count }
    }
    try journal.compact()
    #expect(before > 0 && during.withLock { $0 } == before)
    #expect(journal.statistics.replayByteCount < before)
  }

  @Test("The memory of what has changed is counted until it is in a snapshot")
  func memoryMeanwhile() throws {
    let files = HookedFileSystem(SimulatedFileSystem(seed: 1))
    let journal = try Journal.open(storePath, in: files, options: .deterministic)
    let empty = journal.statistics.changesMemoryByteCount
    try journal.commit([.put("a", String(repeating: "v", count: 100_000))])
    let before = journal.statistics.changesMemoryByteCount
    let during = Shared(0)
    files.duringNextSnapshot {
      let count = journal.statistics.changesMemoryByteCount
      during.withLock { $0 = count }
    }
    try journal.compact()
    #expect(before >= empty + 100_000 && before < empty + 130_000)
    // With the table that commits go to meanwhile, and the order of keys that the snapshot needs.
    #expect(during.withLock { $0 } >= before + empty)
    #expect(journal.statistics.changesMemoryByteCount == empty)
  }

  private static let large = String(repeating: "l", count: 1500)

  @Test("What changes while files are merged leaves the log before the merge is done")
  func runBesideMerge() throws {
    let system = SimulatedFileSystem(seed: 1)
    let script = Script()
    let journal = try grown(system, script)
    let before = script.reports.count
    script.plan([
      { _ = try? journal.commit([.put("b", Self.large), .remove("k100001")]) },
      {},
      { _ = try? journal.commit([.put("c", Self.large), .removePrefix("k10001")]) },
    ])
    let report = try #require(try journal.compact(isFull: true))
    let last = journal.lastSequence
    let reports = script.reports.dropFirst(before)
    // The run of what had changed, two beside the merge, and the merged file.
    #expect(reports.map(\.mergedSnapshotCount) == [0, 0, 0, 2])
    #expect(reports.map(\.through).dropLast() == [last.previous.previous, last.previous, last])
    #expect(report.after == .zero && report.through == last.previous.previous)
    let state = try journal.state()
    #expect(state.count == Self.entryCount - 2 - 10 + 3)
    #expect(try system.verify().isStateIntact)
    #expect(try system.readState().report.replayedByteCount == 0)
    // Whatever was in the log at any of these moments is in the files now.
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
  }

  @Test("Where runs come faster than they are merged, the log is set aside until the merge is done")
  func runBehindMerge() throws {
    let system = SimulatedFileSystem(seed: 1)
    let script = Script()
    let journal = try grown(system, script, runs: 0)
    let before = script.reports.count
    script.plan([{ _ = try? journal.commit([.put("b", Self.large)]) }])
    let report = try #require(try journal.compact(isFull: true))
    let last = journal.lastSequence
    let reports = script.reports.dropFirst(before)
    #expect(reports.map(\.through) == [last.previous, last.previous, last])
    #expect(report.through == last.previous)
    #expect(!journal.compaction.hasFrozen)
    #expect(try system.readState().report.replayedByteCount == 0)
    #expect(try journal.state().count == Self.entryCount - 1 + 2)
  }

  @Test("A run that cannot be written beside a merge fails the compaction, and nothing is lost")
  func failureBesideMerge() throws {
    let system = SimulatedFileSystem(seed: 1)
    let script = Script()
    let journal = try grown(system, script)
    let before = script.reports.count
    script.plan([
      {
        _ = try? journal.commit([.put("b", Self.large)])
        system.inject(Fault(.noSpace, of: .rename, on: ".snapshot.tmp"))
      }
    ])
    #expect(throws: JournalError.self) { try journal.compact(isFull: true) }
    #expect(script.reports.count == before + 1)
    let state = try journal.state()
    #expect(state.count == Self.entryCount - 1 + 2)
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
    #expect(system.storeNames.filter { $0.hasSuffix(".tmp") }.count <= 1)
    try journal.compact(isFull: true)
    #expect(try journal.state() == state)
    #expect(try system.readState().state == state)
  }

  @Test("A compaction begins by itself unless one is at work, or one has just failed")
  func start() {
    let full = JournalError(IOFailure(.write, path: "snapshot", code: IOFailure.noSpaceCode))
    let state = CompactionState(journalByteCount: 0)
    #expect(state.mayStart)
    state.begin()
    #expect(!state.mayStart)
    state.postpone(because: full)
    #expect(!state.mayStart)
    state.end()
    #expect(state.mayStart)
    state.begin()
    state.end(full)
    #expect(!state.mayStart)
  }

  @Test("A writer waits for what has been set aside, unless it writes little")
  func waiting() throws {
    let state = CompactionState(journalByteCount: 800)
    state.begin()
    // Nothing has been set aside: a compaction may yet want the tail that the writer owns.
    state.journalByteCount.add(10_000, ordering: .relaxed)
    state.wait(untilJournalIsWithin: 1000)
    state.freeze(through: LogSequenceNumber(1), history: .empty)
    state.journalByteCount.add(125, ordering: .relaxed)
    state.wait(untilJournalIsWithin: 1000)
    state.journalByteCount.add(1, ordering: .relaxed)
    let isWritten = Shared(false)
    let hasWaited = Shared(false)
    let writer = try OwnedThread(name: "writer") {
      state.wait(untilJournalIsWithin: 1000)
      hasWaited.withLock { $0 = isWritten.withLock { $0 } }
    }
    isWritten.withLock { $0 = true }
    state.noteRun()
    writer.join()
    #expect(hasWaited.withLock { $0 })
  }
}
