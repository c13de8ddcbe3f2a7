import FileIO
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@testable import JournalEngine

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What fails, or is not durable yet, while something else builds on it.
@Suite("Failures while groups are on their way", .timeLimit(.minutes(30)))
struct FailuresInFlightTests {
  /// How a commit on a thread of its own ended.
  private enum Outcome {
    case acknowledged
    case failed(JournalError)

    var isPoisoned: Bool {
      if case .failed(let error) = self, case .poisoned = error.reason { true } else { false }
    }
  }

  private struct Progress {
    var isArmed = false
    var syncCount = 0
    var isHeld = false
    var isReleased = false
    var hasCutFailed = false
    var isCompacting = false
    var first: Outcome?
    var second: Outcome?
  }

  private func commit(
    _ key: String, to journal: Journal, _ progress: Monitor<Progress>,
    _ outcome: any WritableKeyPath<Progress, Outcome?> & Sendable
  ) throws -> OwnedThread {
    try OwnedThread(name: key) {
      let result: Outcome
      do throws(JournalError) {
        try journal.commit([.put(key, "1")])
        result = .acknowledged
      } catch {
        result = .failed(error)
      }
      progress.withLock { $0[keyPath: outcome] = result }
      progress.notifyAll()
    }
  }

  /// The kernel tells a failed sync once to each open file. Here the cut after a full disk gets it,
  /// through the file that the first group is being synced through.
  @Test(
    "P5: a sync that fails while a full disk is cleaned up is no success for the group before",
    arguments: [Fault.FailedSync.pagesDropped, .pagesDroppedButReadable])
  func failedCut(fate: Fault.FailedSync) throws {
    let system = SimulatedFileSystem(seed: 1)
    let progress = Monitor(Progress())
    let files = InterposedFileSystem(
      system,
      afterFailedSync: {
        progress.withLock { $0.hasCutFailed = true }
        progress.notifyAll()
        // Nobody has been told of the failure yet, and the first group can end.
        progress.wait { $0.first == nil ? nil : () }
      },
      { operation, path in
        guard path.hasSuffix(".journal") else { return }
        if operation == .truncate, progress.withLock({ $0.isHeld }) {
          system.inject(Fault(.failedSync(fate), of: .sync))
        }
        let isFirst = progress.withLock { progress in
          guard operation == .sync, progress.isArmed else { return false }
          progress.isArmed = false
          progress.isHeld = true
          return true
        }
        guard isFirst else { return }
        progress.notifyAll()
        // Long enough for a cut that does not wait for this.
        _ = progress.wait(until: { $0.hasCutFailed ? () : nil }, for: .milliseconds(300))
      })
    let journal = try Journal.open(storePath, in: files, options: .deterministic)
    try journal.commit([.put("a", "1")])
    progress.withLock { $0.isArmed = true }
    let first = try commit("b", to: journal, progress, \.first)
    progress.wait { $0.isHeld ? () : nil }
    system.inject(
      Fault(.errorAfterPart(byteCount: 5, IOFailure.noSpaceCode), of: .write, on: ".journal"))
    let second = try commit("c", to: journal, progress, \.second)
    first.join()
    second.join()
    let (hasCutFailed, ends) = progress.withLock { ($0.hasCutFailed, ($0.first, $0.second)) }
    #expect(hasCutFailed)
    #expect(ends.1?.isPoisoned == true)
    #expect(throws: JournalError.self) { try journal.commit([.put("d", "1")]) }
    let recovered = try system.afterPowerLoss(.allLost).open().state()
    if case .acknowledged = ends.0 { #expect(recovered["b"] == "1") }
    #expect(recovered["a"] == "1" && recovered["c"] == nil && recovered["d"] == nil)
  }

  @Test("A compaction leaves out commits whose sync fails while it sets them aside, and says so")
  func failureDuringCompaction() throws {
    let system = SimulatedFileSystem(seed: 1)
    let progress = Monitor(Progress())
    let files = InterposedFileSystem(system) { operation, path throws(IOFailure) in
      guard path.hasSuffix(".journal") else { return }
      let isRotating = operation == .open && progress.withLock { $0.isCompacting }
      if isRotating {
        // The compaction has looked for failures and found none; now the second group fails.
        progress.withLock { progress in
          progress.isCompacting = false
          progress.isReleased = true
        }
        progress.notifyAll()
        progress.wait { $0.second == nil ? nil : () }
      }
      let number = progress.withLock { progress in
        guard operation == .sync, progress.isArmed else { return 0 }
        progress.syncCount += 1
        return progress.syncCount
      }
      progress.notifyAll()
      switch number {
      case 1: progress.wait { $0.syncCount > 1 ? () : nil }
      case 2:
        progress.withLock { $0.isArmed = false }
        progress.wait { $0.isReleased ? () : nil }
        throw IOFailure(.sync, path: path, code: 5)
      default: break
      }
    }
    let journal = try Journal.open(storePath, in: files, options: .deterministic)
    try journal.commit([.put("a", "1")])
    progress.withLock { $0.isArmed = true }
    let first = try commit("b", to: journal, progress, \.first)
    progress.wait { $0.syncCount == 1 ? () : nil }
    let second = try commit("c", to: journal, progress, \.second)
    first.join()
    progress.withLock { progress in
      progress.isArmed = false
      progress.isCompacting = true
    }
    let error = #expect(throws: JournalError.self) { try journal.compact() }
    second.join()
    #expect(progress.withLock { $0.second?.isPoisoned == true })
    #expect(error.map { Outcome.failed($0).isPoisoned } == true)
    #expect(system.snapshotNames.isEmpty)
    #expect(try journal.state() == ["a": "1", "b": "1"])
  }

  @Test("P1: a transaction that changes nothing returns once what it may have read is durable")
  func readOfBuffered() throws {
    let system = SimulatedFileSystem(seed: 1)
    let progress = Monitor(Progress())
    let files = InterposedFileSystem(system) { operation, path in
      let isFirst = progress.withLock { progress in
        guard operation == .write, path.hasSuffix(".journal"), progress.isArmed else {
          return false
        }
        progress.isArmed = false
        progress.isHeld = true
        return true
      }
      guard isFirst else { return }
      progress.notifyAll()
      progress.wait { $0.isReleased ? () : nil }
    }
    let journal = try Journal.open(storePath, in: files, options: .deterministic)
    try journal.commit([.put("a", "1")])
    let buffered = journal.durableSequence.next
    progress.withLock { $0.isArmed = true }
    let writer = try OwnedThread(name: "writer") {
      _ = try? journal.commit([.put("b", "1")], CrashScript.later)
    }
    progress.wait { $0.isHeld ? () : nil }
    let answer = Shared((value: [UInt8]?.none, durable: LogSequenceNumber.zero))
    let begun = Monitor(false)
    let reader = try OwnedThread(name: "reader") {
      do throws(JournalError) {
        let (value, _) = try journal.transact(wrapping: { $0 }) {
          (transaction) throws(JournalError) in
          begun.withLock { $0 = true }
          begun.notifyAll()
          return try transaction.state.get(Array("b".utf8).span)?.value
        }
        let durable = journal.durableSequence
        answer.withLock { $0 = (value, durable) }
      } catch {
        Issue.record("\(error)")
      }
    }
    begun.wait { $0 ? () : nil }
    // Held from the body until the transaction has decided what to wait for.
    journal.order.withLock { _ in }
    progress.withLock { $0.isReleased = true }
    progress.notifyAll()
    writer.join()
    reader.join()
    #expect(answer.withLock { $0.value } == Array("1".utf8))
    #expect(answer.withLock { $0.durable } >= buffered)
    #expect(try system.afterPowerLoss(.allLost).open().state() == ["a": "1", "b": "1"])
  }

  /// Where a transaction stands that builds on a commit which will be taken back.
  private struct Dependence {
    var isDue = false
    var hasBegun = false
    var isTakenBack = false
    var failure: JournalError?
  }

  @Test(
    "A transaction that has read what was taken back is told why that was taken back",
    arguments: [EMFILE, EACCES, IOFailure.noSpaceCode])
  func dependence(code: Int32) throws {
    let system = SimulatedFileSystem(seed: 1)
    let dependence = Monitor(Dependence())
    let clockHooks = Shared<[@Sendable () -> Void]>([])
    var options = JournalOptions.small(300)
    options.clock = {
      clockHooks.withLock { $0.isEmpty ? nil : $0.removeFirst() }?()
      return 1
    }
    let journal = try system.open(options)
    try journal.commit([.put("a", String(repeating: "a", count: 300))])
    let last = journal.lastSequence

    let transaction = try OwnedThread(name: "transaction") {
      dependence.wait { $0.isDue ? () : nil }
      do throws(JournalError) {
        _ = try journal.transact(wrapping: { $0 }) { transaction throws(JournalError) in
          dependence.withLock { $0.hasBegun = true }
          dependence.notifyAll()
          dependence.wait { $0.isTakenBack ? () : nil }
          transaction.put(key: Array("c".utf8).span, value: [1].span)
        }
      } catch {
        dependence.withLock { $0.failure = error }
      }
    }
    // The clock is asked for the commit, then for the segment that it begins: by then the commit is
    // on its way, and the transaction begins on top of it.
    clockHooks.withLock { hooks in
      hooks = [
        {},
        {
          dependence.withLock { $0.isDue = true }
          dependence.notifyAll()
          dependence.wait { $0.hasBegun ? () : nil }
        },
      ]
    }
    system.inject(Fault(.error(code), of: .open, on: ".journal"))
    #expect(throws: JournalError.self) { try journal.commit([.put("b", "b")]) }
    dependence.withLock { $0.isTakenBack = true }
    dependence.notifyAll()
    transaction.join()

    let failure = try #require(dependence.withLock { $0.failure })
    let cause: IOFailure? =
      switch failure.reason {
      case .io(let cause), .outOfSpace(let cause): cause
      default: nil
      }
    #expect(cause?.code == code)
    #expect(failure.detail.hasPrefix("commits that this transaction has read were taken back; "))
    #expect(journal.lastSequence == last)
    try journal.commit([.put("d", "d")])
    #expect(try system.afterPowerLoss(.allLost).open().state().keys.sorted() == ["a", "d"])
  }
}
