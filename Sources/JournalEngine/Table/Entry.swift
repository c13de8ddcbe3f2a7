package import JournalFormat

/// One key with what was last done to it. Its buffers are reused from entry to entry, so walking a
/// million entries allocates a handful of times.
package struct Entry: Equatable, Sendable {
  /// The key.
  package var key: [UInt8] = []
  /// The value; empty for a removal.
  package var value: [UInt8] = []
  /// The commit that made the change.
  package var sequence: LogSequenceNumber = .zero
  /// Whether the key was removed rather than put.
  package var isRemoval = false

  package init() {}
}

/// Walks entries in ascending order of their keys (bytewise), each key once.
package protocol EntryCursor: AnyObject {
  /// Moves on: fills `entry` with the next one, reusing its buffers, or returns false at the end.
  func next(into entry: inout Entry) throws(JournalError) -> Bool
}

/// What one layer (a table, a snapshot) knows of a key. Only ``unknown`` sends the question on to
/// the next older layer.
package enum Lookup: Equatable, Sendable {
  /// The layer holds this value, put by this commit.
  case value([UInt8], LogSequenceNumber)
  /// The layer holds a removal: older layers must not be asked.
  case removed
  /// The layer does not mention the key.
  case unknown
}
