import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Looks at damaged stores from all sides and holds the verdicts to what they must be.
struct RotCheck {
  let golden: GoldenStore
  /// How the verdicts were, to be printed.
  private(set) var cases = 0
  private(set) var errors = 0
  private(set) var same = 0
  private(set) var prefixes = 0

  init(_ golden: GoldenStore) { self.golden = golden }

  /// Checks one disk: as a reader, as a writer and as an inspector.
  mutating func check(
    _ disk: SimulatedFileSystem, _ expectation: RotExpectation, _ place: @autoclosure () -> String
  ) throws {
    cases += 1
    let before = try disk.image
    let seen = Result { try Self.read(disk) }
    judge(seen, expectation, "\(place()), reading")
    let verification = Result { try StoreVerifier.verify(disk.store) }
    if let problem = Self.disagreement(seen, verification) {
      Issue.record("\(golden.name): \(place()): \(problem)")
    }
    if try disk.image != before { Issue.record("\(golden.name): \(place()): reading wrote") }

    let damage = Shared<[JournalError]>([])
    let journal = Result { try Self.open(disk, damage) }
    if case .failure = journal, try disk.image != before {
      Issue.record("\(golden.name): \(place()): an open that failed changed the directory")
    }
    // Blocks of snapshots are read, and found damaged, when they are asked for.
    let opened = journal.flatMap { journal in Result { try Self.read(journal, damage) } }
    judge(opened, expectation, "\(place()), opening")
    switch opened {
    case .failure: errors += 1
    case .success(let found): if found.content == golden.state { same += 1 } else { prefixes += 1 }
    }
  }

  struct Found {
    var content: RotContent
    var report: RecoveryReport
  }

  private static func read(_ disk: SimulatedFileSystem) throws(JournalError) -> Found {
    try JournalReader.reading(storePath, in: disk) { (reader) throws(JournalError) in
      Found(content: try reader.view.content(), report: reader.report)
    }
  }

  private static func open(
    _ disk: SimulatedFileSystem, _ damage: Shared<[JournalError]>
  ) throws(JournalError) -> Journal {
    var options = JournalOptions.deterministic
    options.onEvent = { event in
      if case .snapshotDamaged(let error) = event { damage.withLock { $0.append(error) } }
    }
    return try disk.open(options)
  }

  private static func read(
    _ journal: Journal, _ damage: Shared<[JournalError]>
  ) throws(JournalError) -> Found {
    var content: RotContent = [:]
    try journal.forEach(prefix: nil) { entry in
      content[entry.key] = RotValue(bytes: entry.value, sequence: entry.sequence)
      return true
    }
    var report = journal.recoveryReport
    report.damagedSnapshots += damage.withLock { $0 }
    return Found(content: content, report: report)
  }

  private mutating func judge(
    _ result: Result<Found, any Error>, _ expectation: RotExpectation, _ place: String
  ) {
    func fail(_ what: String) { Issue.record("\(golden.name): \(place): \(what)") }
    switch (result, expectation) {
    case (.failure(let error), .damageOr(let states))
    where states.contains([:]) && (error as? JournalError)?.reason == .notAStore:
      break
    case (.failure(let error), .damage), (.failure(let error), .sameOrDamage),
      (.failure(let error), .damageOr):
      if let problem = Self.incompleteness(of: error) { fail(problem) }
    case (.failure(let error), .prefix(0, tornAt: nil)) where golden.chain.isEmpty:
      // For a reader, a store whose creation was interrupted is none.
      if (error as? JournalError)?.reason != .notAStore { fail("\(error)") }
    case (.failure(let error), _): fail("\(expectation) was expected, not \(error)")
    case (.success(let found), .same):
      if found.content != golden.state { fail("another state") }
    case (.success(let found), .sameOrDamage(let snapshot)):
      if found.content != golden.state { fail("another state") }
      if let snapshot, found.report.damagedSnapshots.allSatisfy({ !$0.file.hasSuffix(snapshot) }) {
        fail("nothing is said about \(snapshot)")
      }
    case (.success(let found), .damageOr(let states)):
      if !states.contains(found.content) { fail("a state that never was") }
    case (.success(let found), .damage):
      fail("damage went by unnoticed, \(found.content == golden.state ? "same" : "another") state")
    case (.success(let found), .prefix(let sequence, let tornAt)):
      if found.content != golden.states[Int(sequence)] { fail("not the state after \(sequence)") }
      if found.report.tornTail?.offset != tornAt.map(Int64.init) {
        fail("a torn tail at \(String(describing: found.report.tornTail?.offset))")
      }
      if let torn = found.report.tornTail, torn.sequence.rawValue != sequence + 1 {
        fail("a torn tail from \(torn.sequence) on")
      }
    }
  }

  /// What an error about damage does not say.
  private static func incompleteness(of error: any Error) -> String? {
    guard let error = error as? JournalError, case .damage(let kind) = error.reason else {
      return "not an error about damage: \(error)"
    }
    if !error.file.hasPrefix(storePath + "/") { return "no file: \(error)" }
    if error.offset == nil { return "no offset: \(error)" }
    // The watermark is about all commits.
    if error.sequence == nil, kind != .watermark { return "no commit: \(error)" }
    return nil
  }

  /// What verification says that a reader does not, or the other way round.
  private static func disagreement(
    _ seen: Result<Found, any Error>, _ verification: Result<JournalVerification, any Error>
  ) -> String? {
    switch (seen, verification) {
    case (.success, .success(let result)):
      return result.isStateIntact ? nil : "readable, and called lost: \(result.findings)"
    case (.failure(let error), .success(let result)):
      let reason = (error as? JournalError)?.reason
      // A store that was never completely created is no loss.
      if reason == .notAStore { return nil }
      return result.isStateIntact ? "called intact, and \(error)" : nil
    case (.success, .failure(let error)): return "readable, and a verification throws \(error)"
    case (.failure, .failure): return nil
    }
  }

  /// One line with what was checked.
  var summary: String {
    "\(golden.name): \(cases) cases: \(errors) errors, \(same) the same state, "
      + "\(prefixes) the state before a torn tail"
  }
}
