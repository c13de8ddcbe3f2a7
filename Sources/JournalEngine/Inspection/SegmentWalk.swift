import FileIO
package import JournalFormat

/// Walks all valid records of one segment and goes on behind damage, so that everything that can
/// still be read is, and everything that cannot is reported.
package struct SegmentWalk {
  package enum Step {
    /// A valid record; its bytes are at ``SegmentReader/record`` of the reader's window.
    case record(RecordHeader)
    /// Indirect, so that a step of the common kind is small.
    indirect case finding(InspectionFinding)
    case end
  }

  package private(set) var reader: SegmentReader
  /// The sequence number of the record that should come next; behind the last one at the end.
  package private(set) var expected: LogSequenceNumber
  /// Whether the last valid record says that its session ended with everything durable.
  package private(set) var closedCleanly = false
  /// What all commits up to the last valid record sum up to; unknown behind damage.
  package private(set) var history: HistoryChecksum?
  /// Who wrote the last valid record.
  package private(set) var session: JournalRecord.Session

  /// The first sequence number of the segment behind this one, if there is one.
  private let successor: LogSequenceNumber?
  private let watermark: Watermark?
  private var search: RecordSearch
  private var witnesses = WitnessSearch()
  private var isAtEnd = false

  /// A walk from the segment's first record.
  ///
  /// - Parameters:
  ///   - watermark: how far the log is known to reach; read before the directory was listed.
  ///   - session: who wrote the records before, if that is known.
  package init(
    _ reader: SegmentReader, successor: LogSequenceNumber?, watermark: Watermark?,
    session: JournalRecord.Session? = nil
  ) {
    let epoch = reader.header.epoch
    self.session = session.flatMap { $0.number == epoch ? $0 : nil } ?? .init(number: epoch)
    self.reader = reader
    self.successor = successor
    self.watermark = watermark
    expected = reader.header.firstSequence
    history = reader.header.history
    search = RecordSearch(budgetFor: reader.fileByteCount)
  }

  /// Moves on. After ``Step/end`` it stays there.
  package mutating func next() throws(JournalError) -> Step {
    var lastVerdict: LogEndVerdict?
    while !isAtEnd {
      let step = try reader.step(expected: expected)
      if case .record(let header) = step { return accept(header) }
      let evidence = try LogEndEvidence.gather(
        step, at: reader, expected: expected, isLast: successor == nil, watermark: watermark,
        closedCleanly: closedCleanly, witnesses: &witnesses)
      let verdict = LogEndVerdict.decide(evidence)
      if verdict == .cleanEnd { break }
      // A writer beside us may be in the middle of these bytes; see ``SegmentScan``.
      if verdict != lastVerdict {
        lastVerdict = verdict
        try reader.refresh()
        continue
      }
      switch verdict {
      case .cleanEnd:
        break
      case .tornTail(let isUndecidable):
        isAtEnd = true
        return .finding(try tornTail(isUndecidable: isUndecidable))
      case .damage(let kind):
        return .finding(try passDamage(kind, evidence))
      }
    }
    isAtEnd = true
    return .end
  }

  private mutating func accept(_ header: RecordHeader) -> Step {
    guard header.sequence.next > header.sequence else {
      isAtEnd = true
      return .finding(malformed(header, JournalError.lastNumberDetail))
    }
    expected = header.sequence.next
    closedCleanly = false
    history = history?.appending(reader.window.span.extracting(reader.record))
    guard header.durableThrough < header.sequence else {
      return .finding(malformed(header, JournalError.durableThroughDetail))
    }
    var changes = RecordChangeReader(record: reader.record)
    while let change = changes.next(in: reader.window.span) {
      switch change {
      case .closed: closedCleanly = true
      case .opened: session = JournalRecord.Session(change, in: reader.window.span) ?? session
      case .put, .remove, .removePrefix, .annotation: break
      }
    }
    guard changes.isMalformed else { return .record(header) }
    return .finding(
      malformed(
        header, "the checksum is right and the content is not; was it written by other software?"))
  }

  private func malformed(_ header: RecordHeader, _ detail: String) -> InspectionFinding {
    InspectionFinding(
      .loss, .damage(.malformedEntry), file: reader.file.path, offset: reader.recordOffset,
      byteCount: Int64(header.recordByteCount), sequence: header.sequence,
      lastSequence: header.sequence, detail: detail)
  }

  private func tornTail(isUndecidable: Bool) throws(JournalError) -> InspectionFinding {
    InspectionFinding(try reader.tornTail(expected: expected, isUndecidable: isUndecidable))
  }

  /// Describes the damage at the reader's place and moves behind it: to the next valid record, or to
  /// the end when there is none.
  private mutating func passDamage(
    _ kind: JournalError.Damage, _ evidence: LogEndEvidence
  ) throws(JournalError) -> InspectionFinding {
    history = nil
    let start = reader.position
    let place = evidence.place(of: kind, at: reader)
    var finding = InspectionFinding(
      .loss, .damage(kind), file: place.file, offset: place.offset, byteCount: 0,
      sequence: expected, detail: evidence.describe(kind))
    if place.file != reader.file.path {
      isAtEnd = true
      return finding
    }
    if case .wrongSequence(let found) = evidence.finding, found > expected {
      finding.lastSequence = found.previous
      expected = found
      return finding
    }
    let resumption =
      evidence.finding == .clean
      ? nil : try search.first(in: reader, from: start + 1, notBefore: expected)
    let end: Int64
    if let resumption {
      end = resumption.offset
      finding.lastSequence = resumption.header.sequence.previous
      expected = resumption.header.sequence
      try reader.skip(to: end)
    } else {
      isAtEnd = true
      end = try reader.endOfContent(from: start)
      finding.lastSequence =
        successor?.previous
        ?? watermark.map { max($0.durableThrough, finding.sequence ?? .zero) }
    }
    finding.byteCount = end - start
    finding.keysAtRisk = try reader.keys(from: start, byteCount: end - start)
    return finding
  }
}
