import FileIO
package import JournalFormat

extension LogEndEvidence {
  /// Looks at everything that bears on what the end of a segment's valid records means. `step` is
  /// what the reader found at its place; `witnesses` is kept for the next place in the same segment.
  package static func gather(
    _ step: ScanStep, at reader: SegmentReader, expected: LogSequenceNumber, isLast: Bool,
    watermark: Watermark?, closedCleanly: Bool, witnesses: inout WitnessSearch
  ) throws(JournalError) -> LogEndEvidence {
    var evidence = LogEndEvidence(
      finding: .clean, isLastSegment: isLast, expected: expected,
      watermark: watermark?.durableThrough, closedCleanly: closedCleanly)
    // A segment without a record is itself the one that was begun.
    if isLast, expected > reader.header.firstSequence, let watermark {
      evidence.isNextSegmentMissing = watermark.saysBegun(expected)
    }
    switch step {
    case .record, .end:
      return evidence
    case .unwritten:
      if try reader.isZero(from: reader.position) { return evidence }
      evidence.finding = .notARecord(nil)
    case .invalid(.unexpectedSequence(let sequence)):
      evidence.finding = .wrongSequence(sequence)
      return evidence
    case .invalid(let flaw):
      evidence.finding = .notARecord(flaw)
    }
    guard isLast else { return evidence }
    evidence.hasWitness = try witnesses.hasWitness(
      in: reader, from: reader.position, bad: expected)
    // Only what no witness speaks about depends on it.
    if !evidence.hasWitness, case .invalid(.checksumMismatch(let byteCount)) = step {
      evidence.isNothingAfter = try reader.isZero(from: reader.position + Int64(byteCount))
    }
    return evidence
  }

  /// What is damaged: the file at hand, from where the reader is, or the next one, which is not there.
  package func place(
    of kind: JournalError.Damage, at reader: SegmentReader
  ) -> (file: String, offset: Int64) {
    let path = reader.file.path
    guard kind == .missingCommits, isNextSegmentMissing else { return (path, reader.position) }
    let name = FileName.segment(first: reader.header.firstSequence).text
    return (path.dropLast(name.count) + FileName.segment(first: expected).text, 0)
  }

  /// Why this is damage, for a person.
  package func describe(_ kind: JournalError.Damage) -> String {
    switch (kind, finding) {
    case (.missingCommits, _) where isNextSegmentMissing:
      "the log ends at \(expected.previous), and WATERMARK says that this segment was begun: put the"
        + " file back or restore a backup; what goes on without it, `journal-tool repair DIR -n` shows"
    case (.missingCommits, _):
      "the log ends here, but commits up to \(watermark ?? .zero) were acknowledged"
    case (_, .wrongSequence(let found)):
      "commit \(expected) should be here, and \(found) is"
    case _ where hasWitness:
      "a later commit says that this one was durable"
    case _ where !isLastSegment:
      "a later segment says that this one was complete"
    default:
      "commits up to \(watermark ?? .zero) were acknowledged"
    }
  }
}

extension SegmentReader {
  private static let maximumKeyCount = 1000
  private static let searchedByteCount: Int64 = 4 << 20

  /// What lies behind the last valid record: how much, and which keys can be made out in it.
  package func tornTail(
    expected: LogSequenceNumber, isUndecidable: Bool
  ) throws(JournalError) -> RecoveryReport.TornTail {
    let byteCount = try endOfContent(from: position) - position
    return RecoveryReport.TornTail(
      file: file.path, offset: position, byteCount: byteCount, sequence: expected,
      isUndecidable: isUndecidable, keysAtRisk: try keys(from: position, byteCount: byteCount),
      quarantinedAs: nil)
  }

  /// The keys that can be made out in bytes that are no valid records, as far as they make sense:
  /// at most 1,000, from at most the first 4 MiB.
  package func keys(from offset: Int64, byteCount: Int64) throws(JournalError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var bytes = [UInt8](repeating: 0, count: Int(min(byteCount, Self.searchedByteCount)))
    bytes.removeLast(bytes.count - (try read(into: &bytes, at: offset)))
    let span = bytes.span
    var start = 0
    while start + RecordHeader.byteCount < span.count, keys.count < Self.maximumKeyCount {
      let header = RecordHeader(span, at: start)
      guard header.recordByteCount > RecordHeader.byteCount else { break }
      let end = min(start + header.recordByteCount, span.count)
      var changes = RecordChangeReader(record: start..<end)
      while keys.count < Self.maximumKeyCount, let change = changes.next(in: span) {
        switch change {
        case .put(let key, _), .remove(let key), .removePrefix(let key):
          keys.append([UInt8](copying: span.extracting(key)))
        case .opened, .closed, .annotation: break
        }
      }
      if let key = changes.keyOfCutChange { keys.append([UInt8](copying: span.extracting(key))) }
      start = end
    }
    return keys
  }
}
