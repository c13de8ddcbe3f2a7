import JournalFormat

/// Why a commit is made: kept in its record beside the changes, and shown by
/// ``InspectedRecord/reason``.
enum CommitReason {
  /// Checks a reason; an empty one is none.
  ///
  /// - Throws: ``StateError/Reason/tooLarge``.
  static func validated(_ reason: String?) throws(StateError) -> String? {
    guard let reason, !reason.isEmpty else { return nil }
    let limit = RecordChangeKind.maximumReasonByteCount
    guard reason.utf8.count <= limit else {
      throw StateError(
        .tooLarge,
        "the reason has \(reason.utf8.count) bytes of UTF-8; \(limit) are allowed, shorten it")
    }
    return reason
  }
}
