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
    /// Everything before this offset is known to have been durable; so may be a little behind it.
    var durableOffset: Int64
  }

  private var marks = RecordMarks()
  private var witnesses = WitnessSearch()
  private var lookahead = ReplayLookahead()
  private var history: HistoryChecksum
  private var reader: SegmentReader
  private(set) var changes: ReplayedChanges
  /// The snapshots that hold the commits up to its end already.
  private let chain: SnapshotChain
  private let limit: LogSequenceNumber?

  init(
    reader: SegmentReader, changes: ReplayedChanges, chain: SnapshotChain,
    limit: LogSequenceNumber?
  ) {
    self.reader = reader
    self.changes = changes
    self.chain = chain
    self.limit = limit
    history = reader.header.history
  }

  mutating func run(
    isLast: Bool, watermark: Watermark?, audience: LogLoader.Audience,
    report: inout RecoveryReport, progress: inout ReplayProgress
  ) throws(JournalError) -> End {
    var expected = reader.header.firstSequence
    var epoch: UInt64 = 0
    var lastVerdict: LogEndVerdict?
    let known = max(chain.to, watermark?.durableThrough ?? .zero)
    try compareHistories(at: expected.previous)
    while true {
      if let limit, expected > limit {
        return end(
          expected, epoch: epoch, durable: max(known, report.durableSequence), reachedLimit: true)
      }
      let step = try reader.step(expected: expected)
      if case .record(let header) = step {
        if let notes = try replay(header, report: &report) {
          report.closedCleanly = notes.isCleanClose
          epoch = max(epoch, notes.epoch ?? 0)
        }
        history = history.appending(reader.window.span.extracting(reader.record))
        try compareHistories(at: expected)
        if reader.position >= progress.nextOffset {
          progress.pass(reader.position, through: expected)
        }
        if isLast { marks.note(expected, at: reader.recordOffset) }
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
      durableOffset: durableOffset(durable, before: expected))
  }

  /// Where the part begins that is not known to be durable, or somewhat before that.
  private func durableOffset(
    _ durable: LogSequenceNumber, before expected: LogSequenceNumber
  ) -> Int64 {
    // A segment gets its first durable record after its header.
    guard durable >= reader.header.firstSequence else { return 0 }
    if durable >= expected.previous { return reader.position }
    return marks.offset(of: durable.next) ?? Int64(SegmentHeader.byteCount)
  }

  private mutating func replay(
    _ header: RecordHeader, report: inout RecoveryReport
  ) throws(JournalError) -> RecordReplay.Notes? {
    report.durableSequence = max(report.durableSequence, header.durableThrough)
    if header.sequence <= chain.to {
      // In the snapshots already; only what it says about sessions counts.
      return RecordReplay.notes(of: reader.record, in: reader.window.span)
    }
    let table = changes.table
    if table.isPastCaches { lookahead.advance(behind: reader, table) }
    guard let notes = RecordReplay.apply(reader.record, of: reader.window.span, to: table) else {
      throw JournalError(
        .damage(.malformedEntry), file: reader.file.path, offset: reader.recordOffset,
        sequence: header.sequence, lastSequence: header.sequence,
        detail: "the checksum is right and the content is not; was it written by other software?")
    }
    changes.settle(through: header.sequence)
    report.replayedCommitCount += 1
    report.replayedByteCount += Int64(header.recordByteCount)
    return notes
  }
}

extension [UInt8] {
  package init(copying bytes: Span<UInt8>) {
    self.init()
    reserveCapacity(bytes.count)
    append(bytes)
  }
}
