import FileIO
import StateJournal
import StorageSimulator
import Testing

/// The promises, held to what an application calls: crashes at every file operation, and every file
/// operation failing once, under histories of whole-source writes, transactions, removals and the
/// rest.
///
/// By default one failure in four is tried, since the engine's own suite tries all;
/// `JOURNAL_FAULT_STRIDE` set to 1 tries all here too. `JOURNAL_CRASH_SEEDS` and
/// `JOURNAL_CRASH_STRIDE` are as there.
@Suite("Crashes and faults under every verb")
struct JournalCrashTests {
  /// A job that goes on after errors and writes down what it was told.
  private struct Job {
    let files: SimulatedFileSystem
    var promise = StoragePromise()
    var storage: JournalStateStorage?
    var errors: [any Error] = []
    var complaints: [String] = []
    /// Whether a change has failed of which only the next opening knows whether it happened.
    var isPoisoned = false

    /// Runs steps and tells of every change in what is promised.
    mutating func run(_ steps: ArraySlice<StorageStep>, _ promise: (StoragePromise) -> Void) {
      for step in steps {
        if case .change(_, _, let model) = step {
          // On its way from here on.
          var begun = self.promise
          begun.begin(model)
          promise(begun)
        }
        run(step)
        promise(self.promise)
      }
    }

    mutating func run(_ step: StorageStep) {
      do {
        switch step {
        case .open: try open()
        case .close:
          let open = storage
          storage = nil
          try open?.close()
        case .kill: storage = nil
        case .compact(let full): try storage?.compact(full: full)
        case .compactFromOutside:
          try JournalInspector(StorageHistory.path, in: files).compact(retainedGenerationCount: 0)
        case .change(let name, let body, let model): try change(name, body, model)
        }
      } catch {
        errors.append(error)
        checkReads()
      }
    }

    private mutating func open() throws {
      do {
        storage = try .open(StorageHistory.path, options: StorageHistory.options, in: files)
      } catch {
        errors.append(error)
        storage = try .open(StorageHistory.path, options: StorageHistory.options, in: files)
      }
      guard let storage else { return }
      let found = try StorageHistory.wholeState(of: storage)
      if !promise.permits(found) { complaints.append("opening finds \(found)") }
      promise = StoragePromise(states: [found])
      isPoisoned = false
    }

    private mutating func change(
      _ name: String, _ body: (JournalStateStorage) throws(StateError) -> Void,
      _ model: (inout WholeState) -> Void
    ) throws {
      guard let storage else { return }
      var begun = promise
      begun.begin(model)
      let isSame = begun.states.last == promise.states[promise.acknowledgedCount]
      if !isPoisoned { promise = begun }
      do {
        try body(storage)
        if isPoisoned, !isSame { complaints.append("\(name) is acknowledged after a failed sync") }
        if !isPoisoned { promise.acknowledgedCount = promise.states.count - 1 }
      } catch {
        if case .poisoned? = error.journalError?.reason {
          isPoisoned = true
        } else if !isPoisoned {
          promise.states.removeLast()
        }
        throw error
      }
    }

    mutating func checkReads() {
      guard let storage else { return }
      do {
        let found = try StorageHistory.wholeState(of: storage)
        if found != promise.states[promise.acknowledgedCount] {
          complaints.append("reads \(found)")
        }
      } catch {
        complaints.append("reads fail: \(error)")
      }
    }
  }

  private static func recover(_ files: SimulatedFileSystem) throws -> WholeState {
    try StorageHistory.wholeState(
      of: .open(StorageHistory.path, options: StorageHistory.options, in: files))
  }

  @Test("P1, P2, P3, P4: whole-source writes, transactions and removals survive crashes everywhere")
  func crashes() throws {
    let watchdog = Watchdog(limit: .seconds(120))
    var exploration = CrashExploration(promise: StoragePromise()) { files, promise in
      var job = Job(files: files)
      job.run(StorageHistory.steps[...], promise)
      #expect(job.errors.isEmpty && job.complaints.isEmpty, "\(job.errors) \(job.complaints)")
    } recover: { files in
      try Self.recover(files)
    } permits: { found, promise, _ in
      promise.permits(found)
    }
    exploration.goOn = { files, found, promise in
      var job = Job(files: files, promise: StoragePromise(states: [found]))
      job.run(StorageHistory.steps[..<4], promise)
    }
    exploration.randomLossCount = TestKnob.number("JOURNAL_CRASH_SEEDS", orElse: 2)
    exploration.deepStride = TestKnob.number("JOURNAL_CRASH_STRIDE", orElse: 16)
    exploration.unimportantPaths = [StorageHistory.path + "/LOCK"]
    exploration.onProgress = { watchdog.begin($0) }
    let report = exploration.run()
    print("crashes, every verb: \(report)")
    for violation in report.violations { Issue.record("\(violation)") }
    #expect(report.checkedStateCount > 5000)
  }

  @Test("P5: whatever fails, no verb loses or falsely acknowledges a change")
  func faults() throws {
    let watchdog = Watchdog(limit: .seconds(120))
    var rehearsal = Job(files: SimulatedFileSystem(seed: 1))
    for step in StorageHistory.steps { rehearsal.run(step) }
    try #require(rehearsal.errors.isEmpty && rehearsal.complaints.isEmpty)
    var runCount = 0
    var noticedCount = 0
    let stride = TestKnob.number("JOURNAL_FAULT_STRIDE", orElse: 4)
    for operation in rehearsal.files.operations {
      let effects = Fault.Effect.applicable(to: operation.kind)
      for (index, effect) in effects.enumerated()
      where (index + operation.number).isMultiple(of: stride) {
        let place = "\(effect) at \(operation)"
        watchdog.begin(place)
        runCount += 1
        let files = SimulatedFileSystem(seed: 1)
        files.inject(Fault(effect, at: operation.number))
        var job = Job(files: files)
        for step in StorageHistory.steps {
          job.run(step)
          if effect == .full { files.clearFaults() }
        }
        if !job.errors.isEmpty { noticedCount += 1 }
        for complaint in job.complaints { Issue.record("\(place): \(complaint)") }
        let found = Result { try Self.recover(files.afterPowerLoss(.allLost)) }
        guard case .success(let state) = found, job.promise.permits(state) else {
          Issue.record("\(place), all lost: \(found)")
          continue
        }
      }
    }
    print("faults, every verb: \(runCount) runs with a failure, \(noticedCount) noticed")
    #expect(noticedCount > runCount / 2)
  }
}
