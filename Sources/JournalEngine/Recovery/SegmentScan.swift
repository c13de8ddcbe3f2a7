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
    /// What all commits before ``expected`` sum up to.
    var history: HistoryChecksum
    /// The first record that is not known to have been durable, or one a little before it.
    var unsynced: RecordMark
  }

  private var marks = RecordMarks()
  private var witnesses = WitnessSearch()
  private var history: HistoryChecksum
  private var reader: SegmentReader
  /// Where in the reader's window the records begin that are still to go into the table.
  private var pendingStart: Int?
  /// The snapshots that hold the commits up to its end already.
  private let chain: SnapshotChain
  private let chainEnd: LogSequenceNumber
  private let limit: LogSequenceNumber?

  init(
    reader: SegmentReader, chain: SnapshotChain, limit: LogSequenceNumber?
  ) {
    self.reader = reader
    self.chain = chain
    chainEnd = chain.to
    self.limit = limit
    history = reader.header.history
  }

  mutating func run(
    isLast: Bool, watermark: Watermark?, audience: LogLoader.Audience,
    into changes: inout ReplayedChanges, report: inout RecoveryReport,
    progress: inout ReplayProgress
  ) throws(JournalError) -> End {
    var expected = reader.header.firstSequence
    var epoch: UInt64 = 0
    var lastVerdict: LogEndVerdict?
    let known = max(chain.to, watermark?.durableThrough ?? .zero)
    try compareHistories(at: expected.previous)
    while true {
      if let limit, expected > limit {
        handOver(through: expected.previous, to: &changes)
        return end(
          expected, epoch: epoch, durable: max(known, report.durableSequence), reachedLimit: true)
      }
      let step: ScanStep
      if let header = reader.takeWholeRecord(expected) {
        step = .record(header)
      } else {
        handOver(through: expected.previous, to: &changes)
        step = try reader.step(expected: expected)
      }
      if case .record(let header) = step {
        let notes = try accept(header, report: &report)
        report.closedCleanly = notes.isCleanClose
        epoch = max(epoch, notes.epoch ?? 0)
        if isLast { marks.note(expected, at: reader.recordOffset, behind: history) }
        history = history.appending(reader.window.span.extracting(reader.record))
        if expected == chainEnd { try compareHistories(at: expected) }
        if reader.position >= progress.nextOffset {
          progress.pass(reader.position, through: expected)
        }
        if let start = pendingStart, reader.record.upperBound - start >= changes.settledByteCount {
          handOver(through: expected, to: &changes)
        }
        expected = expected.next
        lastVerdict = nil
        continue
      }
      let evidence = try LogEndEvidence.gather(
        step, at: reader, expected: expected, isLast: isLast, watermark: watermark,
        closedCleanly: report.closedCleanly, witnesses: &witnesses)
      let verdict = LogEndVerdict.decide(evidence)
      if verdict == .cleanEnd {
        return end(expected, epoch: epoch, durable: max(known, report.durableSequence))
      }
      // A writer beside us may have been in the middle of these bytes, or gone on since. What a
      // witness vouches for is whole by the time the witness can be read, so damage is believed
      // when the bytes are still wrong in a look that began after the witness was seen.
      if audience == .reader, verdict != lastVerdict {
        lastVerdict = verdict
        try reader.refresh()
        continue
      }
      switch verdict {
      case .cleanEnd:
        break
      case .tornTail(let undecidable):
        report.tornTail = try reader.tornTail(expected: expected, isUndecidable: undecidable)
      case .damage(let kind):
        let place = evidence.place(of: kind, at: reader)
        throw JournalError(
          .damage(kind), file: place.file, offset: place.offset, sequence: expected,
          lastSequence: watermark.map { max($0.durableThrough, expected) },
          detail: evidence.describe(kind))
      }
      return end(expected, epoch: epoch, durable: max(known, report.durableSequence))
    }
  }

  /// Fails if the snapshots end at this commit, and were made of other commits than the log has.
  private func compareHistories(at sequence: LogSequenceNumber) throws(JournalError) {
    guard sequence == chain.to, sequence > .zero, history != chain.history else { return }
    throw JournalError(
      .damage(.foreignHistory), file: reader.file.path, offset: reader.position,
      sequence: sequence.next, lastSequence: sequence.next,
      detail: "the snapshots up to commit \(sequence) were made of another log than this one; was a"
        + " backup mixed in?")
  }

  private func end(
    _ expected: LogSequenceNumber, epoch: UInt64, durable: LogSequenceNumber,
    reachedLimit: Bool = false
  ) -> End {
    End(
      expected: expected, offset: reader.position, fileByteCount: reader.fileByteCount,
      epoch: epoch, reachedLimit: reachedLimit, history: history,
      unsynced: unsynced(behind: durable, before: expected))
  }

  /// Where the records begin that are not known to be durable, or somewhat before that.
  private func unsynced(
    behind durable: LogSequenceNumber, before expected: LogSequenceNumber
  ) -> RecordMark {
    if durable >= expected.previous, durable >= reader.header.firstSequence {
      return RecordMark(sequence: expected, offset: reader.position, history: history)
    }
    return marks.mark(before: durable.next)
      ?? RecordMark(
        sequence: reader.header.firstSequence, offset: Int64(SegmentHeader.byteCount),
        history: reader.header.history)
  }

  /// Takes a record whose checksum is right: reads what it says of sessions, and keeps it for the table
  /// unless the snapshots hold it already. All of it is judged here, before anything is changed on disk;
  /// the table may take longer.
  private mutating func accept(
    _ header: RecordHeader, report: inout RecoveryReport
  ) throws(JournalError) -> RecordReplay.Notes {
    // No writer gets as far, and behind it the numbers would begin anew.
    guard header.sequence.next > header.sequence else {
      throw malformed(header, JournalError.lastNumberDetail)
    }
    // Believed, it would vouch for commits that never were.
    guard header.durableThrough < header.sequence else {
      throw malformed(header, JournalError.durableThroughDetail)
    }
    report.durableSequence = max(report.durableSequence, header.durableThrough)
    let notes = RecordReplay.notes(of: reader.record, in: reader.window.span)
    if header.sequence <= chainEnd { return notes ?? RecordReplay.Notes() }
    guard let notes else {
      throw malformed(
        header, "the checksum is right and the content is not; was it written by other software?")
    }
    pendingStart = pendingStart ?? reader.record.lowerBound
    report.replayedCommitCount.add(clamping: 1)
    report.replayedByteCount.add(clamping: Int64(header.recordByteCount))
    return notes
  }

  private func malformed(_ header: RecordHeader, _ detail: String) -> JournalError {
    JournalError(
      .damage(.malformedEntry), file: reader.file.path, offset: reader.recordOffset,
      sequence: header.sequence, lastSequence: header.sequence, detail: detail)
  }

  /// Lets the records that were taken, which reach up to `sequence`, go into the table, before the
  /// window moves on.
  private mutating func handOver(
    through sequence: LogSequenceNumber, to changes: inout ReplayedChanges
  ) {
    guard let start = pendingStart.take() else { return }
    let records = start..<reader.record.upperBound
    let builder = changes.builder
    if builder.wantsWindow(reader.window.count) {
      let ahead = reader.fileByteCount - reader.position
      builder.take(
        reader.exchangeWindow(for: builder.spareWindow()), records, byteCountAhead: ahead)
    } else {
      builder.apply(records, of: reader.window.span)
      // Without a window that a long record has stretched, the other thread can go on.
      if reader.window.count > TableBuilder.longestWindowByteCount {
        _ = reader.exchangeWindow(for: [])
      }
    }
    changes.settle(through: sequence)
  }
}

extension [UInt8] {
  package init(copying bytes: Span<UInt8>) {
    self.init()
    reserveCapacity(bytes.count)
    append(bytes)
  }
}
