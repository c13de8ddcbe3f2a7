import FileIO
import JournalFormat

/// Replays one segment into a table and judges where its valid records stop.
struct SegmentScan {
  /// Where a segment's valid records end.
  struct End {
    /// The sequence number of the commit that comes next.
    var expected: LogSequenceNumber
    /// The offset behind the last valid record.
    var offset: Int64
    var fileByteCount: Int64
    var epoch: UInt64
    var reachedLimit: Bool
  }

  private static let maximumKeysAtRisk = 1000

  private var reader: SegmentReader
  private let table: ChangeTable
  /// Commits up to this one are in the snapshots already.
  private let after: LogSequenceNumber
  private let limit: LogSequenceNumber?

  init(
    reader: SegmentReader, table: ChangeTable, after: LogSequenceNumber,
    limit: LogSequenceNumber?
  ) {
    self.reader = reader
    self.table = table
    self.after = after
    self.limit = limit
  }

  mutating func run(
    isLast: Bool, watermark: LogSequenceNumber?, audience: LogLoader.Audience,
    report: inout RecoveryReport
  ) throws(JournalError) -> End {
    var expected = reader.header.firstSequence
    var epoch: UInt64 = 0
    var looksAgain = audience == .reader
    while true {
      if let limit, expected > limit {
        return end(expected, epoch: epoch, reachedLimit: true)
      }
      let step = try reader.step(expected: expected)
      if case .record(let header) = step {
        if let notes = try replay(header, report: &report) {
          report.closedCleanly = notes.isCleanClose
          epoch = max(epoch, notes.epoch ?? 0)
        }
        expected = expected.next
        looksAgain = audience == .reader
        continue
      }
      let evidence = try gather(
        step, expected: expected, isLast: isLast, watermark: watermark,
        closedCleanly: report.closedCleanly)
      let verdict = LogEndVerdict.decide(evidence)
      if verdict == .cleanEnd { return end(expected, epoch: epoch, reachedLimit: false) }
      // A writer beside us may have been in the middle of these bytes, or gone on since. What a
      // witness vouches for is whole by the time the witness can be read, so a second look tells.
      if looksAgain {
        looksAgain = false
        try reader.refresh()
        continue
      }
      switch verdict {
      case .cleanEnd:
        break
      case .tornTail(let undecidable):
        report.tornTail = try describeTail(expected: expected, undecidable: undecidable)
      case .damage(let kind):
        throw JournalError(
          .damage(kind), file: reader.file.path, offset: reader.position, sequence: expected,
          lastSequence: watermark.map { max($0, expected) },
          detail: describe(kind, evidence))
      }
      return end(expected, epoch: epoch, reachedLimit: false)
    }
  }

  private func end(
    _ expected: LogSequenceNumber, epoch: UInt64, reachedLimit: Bool
  ) -> End {
    End(
      expected: expected, offset: reader.position, fileByteCount: reader.fileByteCount,
      epoch: epoch, reachedLimit: reachedLimit)
  }

  private func replay(
    _ header: RecordHeader, report: inout RecoveryReport
  ) throws(JournalError) -> RecordReplay.Notes? {
    report.durableSequence = max(report.durableSequence, header.durableThrough)
    if header.sequence <= after {
      // In the snapshots already; only what it says about sessions counts.
      return RecordReplay.notes(of: reader.record, in: reader.window.span)
    }
    guard let notes = RecordReplay.apply(reader.record, of: reader.window.span, to: table) else {
      throw JournalError(
        .damage(.malformedEntry), file: reader.file.path, offset: reader.recordOffset,
        sequence: header.sequence, lastSequence: header.sequence,
        detail: "the checksum is right and the content is not; was it written by other software?")
    }
    report.replayedCommitCount += 1
    report.replayedByteCount += Int64(header.recordByteCount)
    return notes
  }

  private func gather(
    _ step: ScanStep, expected: LogSequenceNumber, isLast: Bool, watermark: LogSequenceNumber?,
    closedCleanly: Bool
  ) throws(JournalError) -> LogEndEvidence {
    var evidence = LogEndEvidence(
      finding: .clean, isLastSegment: isLast, expected: expected, watermark: watermark,
      closedCleanly: closedCleanly)
    switch step {
    case .record, .end:
      return evidence
    case .unwritten:
      if try reader.endOfContent(from: reader.position) == reader.position { return evidence }
      evidence.finding = .notARecord(nil)
    case .invalid(.unexpectedSequence(let sequence)):
      evidence.finding = .wrongSequence(sequence)
      return evidence
    case .invalid(let flaw):
      evidence.finding = .notARecord(flaw)
      if case .checksumMismatch(let byteCount) = flaw {
        let end = reader.position + Int64(byteCount)
        evidence.isNothingAfter = try reader.endOfContent(from: end) == end
      }
    }
    if isLast {
      evidence.hasWitness =
        try WitnessSearch.search(reader, from: reader.position, bad: expected) != .none
    }
    return evidence
  }

  private func describe(_ kind: JournalError.Damage, _ evidence: LogEndEvidence) -> String {
    switch (kind, evidence.finding) {
    case (.missingCommits, _):
      "the log ends here, but commits up to \(evidence.watermark ?? .zero) were acknowledged"
    case (_, .wrongSequence(let found)):
      "commit \(evidence.expected) should be here, and \(found) is"
    case _ where evidence.hasWitness:
      "a later commit says that this one was durable"
    case _ where !evidence.isLastSegment:
      "a later segment says that this one was complete"
    default:
      "commits up to \(evidence.watermark ?? .zero) were acknowledged"
    }
  }

  /// What lies behind the last valid record: how much, and which keys can be made out in it.
  private func describeTail(
    expected: LogSequenceNumber, undecidable: Bool
  ) throws(JournalError) -> RecoveryReport.TornTail {
    var keys: [[UInt8]] = []
    let byteCount = try reader.endOfContent(from: reader.position) - reader.position
    var tail = [UInt8](repeating: 0, count: Int(min(byteCount, 4 << 20)))
    _ = try reader.read(into: &tail, at: reader.position)
    let bytes = tail.span
    var offset = 0
    while offset + RecordHeader.byteCount < bytes.count, keys.count < Self.maximumKeysAtRisk {
      let header = RecordHeader(bytes, at: offset)
      guard header.recordByteCount > RecordHeader.byteCount else { break }
      let end = min(offset + header.recordByteCount, bytes.count)
      var changes = RecordChangeReader(record: offset..<end)
      while keys.count < Self.maximumKeysAtRisk, let change = changes.next(in: bytes) {
        switch change {
        case .put(let key, _), .remove(let key), .removePrefix(let key):
          keys.append([UInt8](copying: bytes.extracting(key)))
        case .opened, .closed, .annotation: break
        }
      }
      offset = end
    }
    return RecoveryReport.TornTail(
      file: reader.file.path, offset: reader.position, byteCount: byteCount,
      sequence: expected, isUndecidable: undecidable, keysAtRisk: keys, quarantinedAs: nil)
  }
}

extension [UInt8] {
  package init(copying bytes: Span<UInt8>) {
    self.init()
    reserveCapacity(bytes.count)
    append(bytes)
  }
}
