package import JournalFormat

/// How far back the past stays within reach, beside the generations of superseded files that stay in
/// any case (``JournalOptions/retainedGenerationCount``).
public enum RetainedHistory: Sendable, Equatable {
  /// The state at every moment of so long ago, as far as it was within reach before.
  case duration(Duration)
  /// As much as superseded files of so many bytes give, the newest first.
  case bytes(Int64)
}

/// Commits that the state itself asks to keep within reach, such as those with a label.
package struct CommitPins: Sendable {
  /// What the keys of the entries begin with that name such commits.
  package let prefix: [UInt8]
  /// The commit that an entry names; `nil` when it names none.
  package let sequence: @Sendable (Entry) -> LogSequenceNumber?

  package init(
    prefix: [UInt8], sequence: @escaping @Sendable (Entry) -> LogSequenceNumber?
  ) {
    self.prefix = prefix
    self.sequence = sequence
  }

  /// The commits that a state names.
  func commits(in view: JournalView) throws(JournalError) -> Set<LogSequenceNumber> {
    var commits: Set<LogSequenceNumber> = []
    let cursor = view.cursor(prefix: prefix)
    var entry = Entry()
    while try cursor.next(into: &entry) {
      if let commit = sequence(entry) { commits.insert(commit) }
    }
    return commits
  }
}
