package import FileIO
public import JournalFormat

/// Walks the commits that are still in the log, in order, past damage.
package struct RecordWalk {
  private static let maximumPassCount = 100

  private let directory: any Directory
  private let range: ClosedRange<LogSequenceNumber>
  private var summary = RecordWalkSummary()
  private var session: JournalRecord.Session?
  /// The next commit to report.
  private var expected: LogSequenceNumber
  private var isStopped = false

  private init(_ directory: any Directory, range: ClosedRange<LogSequenceNumber>) {
    self.directory = directory
    self.range = range
    expected = range.lowerBound
  }

  /// Calls `body` with what lies in a range of commits, in order, until it returns false; with a
  /// record come the bytes that it lies in.
  ///
  /// Beside a compaction, a segment may go before it is reached; the commits that were only in it
  /// are then in a snapshot, and the walk goes on behind them. Memory: one record.
  ///
  /// - Throws: ``JournalError/Reason/notAStore``, `newerFormat`, `io`. Damage is reported to `body`.
  package static func run(
    _ directory: any Directory, range: ClosedRange<LogSequenceNumber>,
    _ body: (ItemInPlace, Span<UInt8>) -> Bool
  ) throws(JournalError) -> RecordWalkSummary {
    var walk = RecordWalk(directory, range: range)
    for _ in 0..<maximumPassCount {
      if try walk.pass(body) { return walk.summary }
    }
    throw JournalError(
      .unsettled, file: directory.path,
      detail: "files were replaced faster than they could be read; try again")
  }

  /// Walks the segments as they are listed now; false when one of them was gone.
  private mutating func pass(_ body: (ItemInPlace, Span<UInt8>) -> Bool) throws(JournalError)
    -> Bool
  {
    let watermark = try? WatermarkFile.read(directory)
    let listing = try DirectoryListing.read(directory)
    guard listing.isStore else {
      throw JournalError(
        .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot")
    }
    let firsts = listing.segments
    if summary.recordCount == 0 {
      summary.compactedThrough = firsts.first?.previous ?? listing.chain(limit: nil).last?.through
    }
    let start = firsts.lastIndex { $0 <= expected } ?? 0
    for index in start..<max(start, firsts.count) where !isStopped && expected <= range.upperBound {
      let first = firsts[index]
      let successor = index + 1 < firsts.count ? firsts[index + 1] : nil
      reportGap(before: first, listing, body)
      do throws(JournalError) {
        let reader = try SegmentReader.open(
          FileName.segment(first: first).text, in: directory, first: first,
          isLast: successor == nil, store: watermark?.store)
        if let reader {
          try walk(reader, successor: successor, watermark: watermark, body)
        } else if let watermark,
          watermark.durableThrough >= first || watermark.saysBegun(first)
        {
          report(missingHeader(first, watermark), body)
        }
      } catch {
        if error.isMissingFile { return false }
        guard var finding = InspectionFinding(error) else { throw error }
        finding.lastSequence = finding.lastSequence ?? successor?.previous
        report(finding, body)
        expected = successor ?? expected
      }
    }
    return true
  }

  private func missingHeader(
    _ first: LogSequenceNumber, _ watermark: Watermark
  ) -> InspectionFinding {
    InspectionFinding(
      .loss, .damage(.missingCommits),
      file: directory.path + "/" + FileName.segment(first: first).text, offset: 0, sequence: first,
      lastSequence: max(watermark.durableThrough, first),
      detail: "the segment has no header, and WATERMARK says that it was begun")
  }

  /// Commits between segments that no snapshot covers are missing; those that one does are not.
  private mutating func reportGap(
    before first: LogSequenceNumber, _ listing: DirectoryListing,
    _ body: (ItemInPlace, Span<UInt8>) -> Bool
  ) {
    guard expected < first, summary.recordCount > 0 else { return }
    let covered = listing.chain(limit: nil).last?.through ?? .zero
    let missing = max(expected, covered.next)
    if missing < first {
      report(
        InspectionFinding(
          .loss, .damage(.gap),
          file: directory.path + "/" + FileName.segment(first: first).text, offset: 0,
          sequence: missing, lastSequence: first.previous,
          detail: "the segment before ends at \(expected.previous), this one begins at \(first)"),
        body)
    }
    expected = first
  }

  private mutating func walk(
    _ reader: SegmentReader, successor: LogSequenceNumber?, watermark: Watermark?,
    _ body: (ItemInPlace, Span<UInt8>) -> Bool
  ) throws(JournalError) {
    var walk = SegmentWalk(
      reader, successor: successor, watermark: watermark, session: session)
    defer { session = walk.session }
    while !isStopped {
      switch try walk.next() {
      case .record(let header):
        guard header.sequence >= expected else { continue }
        if header.sequence > range.upperBound { return }
        let record = RecordInPlace(
          header: header, session: walk.session, file: walk.reader.name,
          offset: walk.reader.recordOffset, place: walk.reader.record)
        expected = header.sequence.next
        summary.add(header)
        if !body(.record(record), walk.reader.window.span) { isStopped = true }
      case .finding(let finding):
        if let last = finding.lastSequence, last < range.lowerBound { continue }
        report(finding, body)
      case .end:
        expected = max(expected, walk.expected)
        return
      }
    }
  }

  private mutating func report(
    _ finding: InspectionFinding, _ body: (ItemInPlace, Span<UInt8>) -> Bool
  ) {
    if let first = finding.sequence, first > range.upperBound { return }
    var finding = finding
    finding.advice = "journal-tool verify \(directory.path)"
    summary.worst = max(summary.worst ?? finding.severity, finding.severity)
    if !body(.finding(finding), Span()) { isStopped = true }
  }
}

/// What a walk over the commits in the log has come upon.
public struct RecordWalkSummary: Sendable {
  /// The first commit reported.
  public internal(set) var first: LogSequenceNumber?
  /// The last commit reported.
  public internal(set) var last: LogSequenceNumber?
  /// How many commits were reported.
  public internal(set) var recordCount = 0
  /// The bytes of their records.
  public internal(set) var byteCount: Int64 = 0
  /// Of the commits up to this one only the outcome is left, in snapshots.
  public internal(set) var compactedThrough: LogSequenceNumber?
  /// How bad the worst finding was.
  public internal(set) var worst: InspectionFinding.Severity?

  package init() {}

  /// Adds what an earlier walk over the commits before came upon.
  package mutating func include(_ earlier: RecordWalkSummary) {
    first = earlier.first ?? first
    last = last ?? earlier.last
    recordCount += earlier.recordCount
    byteCount += earlier.byteCount
    if let severity = earlier.worst { worst = max(worst ?? severity, severity) }
  }

  fileprivate mutating func add(_ record: RecordHeader) {
    first = first ?? record.sequence
    last = record.sequence
    recordCount += 1
    byteCount += Int64(record.recordByteCount)
  }
}
