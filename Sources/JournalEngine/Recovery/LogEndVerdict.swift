package import JournalFormat

/// What was found where the valid records of a segment stop, and everything that bears on what it
/// means.
package struct LogEndEvidence: Equatable, Sendable {
  package enum Finding: Equatable, Sendable {
    /// The end of the file, or zeros up to it, every byte checked.
    case clean
    /// Anything else, at the place of the next record.
    case notARecord(RecordFlaw?)
    /// A valid record with another sequence number than the next.
    case wrongSequence(LogSequenceNumber)
  }

  package var finding: Finding
  /// Whether no later segment exists.
  package var isLastSegment: Bool
  /// The next sequence number: the one of the commit that is not there.
  package var expected: LogSequenceNumber
  /// How far the log is known to have been durable, by WATERMARK.
  package var watermark: LogSequenceNumber?
  /// Whether WATERMARK says that the segment was complete and the next one begun, which is not there.
  package var isNextSegmentMissing: Bool
  /// Whether a later valid record of the segment says that this one was durable before it.
  package var hasWitness: Bool
  /// Whether only zeros follow the record whose checksum is wrong; not looked at beside a witness.
  package var isNothingAfter: Bool
  /// Whether the last valid record says that its session ended with everything durable.
  package var closedCleanly: Bool

  package init(
    finding: Finding, isLastSegment: Bool, expected: LogSequenceNumber,
    watermark: LogSequenceNumber?, isNextSegmentMissing: Bool = false, hasWitness: Bool = false,
    isNothingAfter: Bool = false, closedCleanly: Bool = false
  ) {
    self.finding = finding
    self.isLastSegment = isLastSegment
    self.expected = expected
    self.watermark = watermark
    self.isNextSegmentMissing = isNextSegmentMissing
    self.hasWitness = hasWitness
    self.isNothingAfter = isNothingAfter
    self.closedCleanly = closedCleanly
  }
}

/// What the end of the log means: the decision table of recovery, one case per row of the table in
/// `Durability.md`, tried from the top.
///
/// ```
///     segment   found                                        witness   verdict
/// A   any       the log ends below WATERMARK                 –         damage: commits missing
/// B   any       a valid record out of sequence               –         damage: gap
/// C   last      the log ends at WATERMARK, which says that   –         damage: commits missing
///               the next segment was begun
/// D   last      zeros to the end of the file, or its end     –         clean end
/// E   not last  anything but a valid end                     –         damage
/// F   last      partial or wrong record                      yes       damage
/// G   last      whole header, wrong checksum, nothing after  no        torn tail, undecidable
/// H   last      partial or wrong record                      no        torn tail
/// ```
///
/// C: a rotation moves WATERMARK to the end of a segment, and says so, when the next one is durable,
/// which then cannot be absent. A clean close moves it to the record that says so.
///
/// A witness is a later valid record that was written when the bad one was already durable. A later
/// valid record that does not say so proves nothing: unsynced pages reach the disk in any order.
package enum LogEndVerdict: Equatable, Sendable {
  case cleanEnd
  /// Never acknowledged: cut it here. Undecidable when the very last commit may just as well have
  /// been acknowledged and gone bad since.
  case tornTail(undecidable: Bool)
  case damage(JournalError.Damage)

  package static func decide(_ evidence: LogEndEvidence) -> LogEndVerdict {
    // A
    if evidence.isLastSegment, let watermark = evidence.watermark, evidence.expected <= watermark {
      return .damage(evidence.finding == .clean ? .missingCommits : .record)
    }
    // B
    if case .wrongSequence = evidence.finding { return .damage(.gap) }
    // C
    if evidence.isLastSegment, evidence.isNextSegmentMissing { return .damage(.missingCommits) }
    // D
    if evidence.finding == .clean, evidence.isLastSegment { return .cleanEnd }
    // E: the next segment begins only when this one is complete and durable.
    if !evidence.isLastSegment {
      return evidence.finding == .clean ? .cleanEnd : .damage(.record)
    }
    // F
    if evidence.hasWitness { return .damage(.record) }
    // G
    if case .notARecord(.checksumMismatch) = evidence.finding, evidence.isNothingAfter,
      !evidence.closedCleanly
    {
      return .tornTail(undecidable: true)
    }
    // H
    return .tornTail(undecidable: false)
  }
}
