import JournalEngine
import JournalFormat
import StateJournal

/// Looks at a store as inspection does, which takes no lock, writes nothing and never minds a writer:
/// lists the state, checks every byte, and walks through the log.
enum Reading {
  static func run(_ directory: String) throws(TortureFailure) {
    try TortureStore.requireDirectory(directory)
    let inspector = JournalInspector(directory)
    do {
      let entries = try list(inspector)
      try judge(try inspector.verify().findings)
      try walk(inspector)
      try Listing.write(entries)
    } catch let error as JournalError {
      switch error.reason {
      // Nobody has written anything yet, which holds nothing.
      case .notFound, .notAStore: return
      default: throw TortureFailure(error)
      }
    } catch {
      throw error as? TortureFailure ?? TortureFailure(.failed, "\(error)")
    }
  }

  private static func list(
    _ inspector: JournalInspector
  ) throws -> [(key: String, value: String)] {
    var entries: [(key: String, value: String)] = []
    var failure: TortureFailure?
    try inspector.forEachEntry(of: TortureStore.source) { entry in
      guard case .object(let address, let object) = entry.content else { return true }
      do throws(TortureFailure) {
        entries.append((address.name, try TortureStore.value(in: object, at: address.name)))
      } catch {
        failure = error
      }
      return failure == nil
    }
    if let failure { throw failure }
    return entries
  }

  /// A torn tail is what a killed writer leaves, or what a living one is just writing; and when it
  /// was the last commit, nobody can tell. Anything worse is damage, or the alarm is false.
  private static func judge(_ findings: [InspectionFinding]) throws(TortureFailure) {
    guard let finding = findings.first(where: { $0.severity >= .unreadable }) else { return }
    throw TortureFailure(
      finding.severity == .unreadable ? .failed : .corrupt,
      "corrupt: \(finding.file)\(finding.offset.map { " at offset \($0)" } ?? ""): "
        + "\(finding.detail)")
  }

  private static func walk(_ inspector: JournalInspector) throws {
    var findings: [InspectionFinding] = []
    var last: LogSequenceNumber?
    var disorder: String?
    try inspector.forEachRecord { item in
      switch item {
      case .finding(let finding): findings.append(finding)
      case .record(let record):
        let sequence = record.record.sequence
        // Beside a compaction, commits may leave the log before the walk gets to them.
        if let last, sequence <= last {
          disorder = "corrupt: the log goes on with commit \(sequence) after \(last)"
        }
        last = sequence
      }
      return disorder == nil
    }
    try judge(findings)
    if let disorder { throw TortureFailure(.corrupt, disorder) }
  }
}
