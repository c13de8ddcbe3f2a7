package import FileIO
package import JournalFormat

/// Finds the last commit at or before a time, by the times that the records carry. Takes no lock and
/// writes nothing.
///
/// Clocks can be set back, so "the last" goes by the order of the commits: nothing after it was made
/// at or before that time. The newest segments are read first, and no more than needed.
package struct TimeSearch {
  private static let maximumPassCount = 100

  private let directory: any Directory
  private let time: Int64
  private let onProgress: ReplayObserver?
  private var progress = InspectionProgress(byteCount: 0, totalByteCount: 0, recordCount: 0)
  private var told: Int64 = 0
  /// The oldest commit that was met, and when it was made: how far back the log reaches.
  private var oldest: (sequence: LogSequenceNumber, time: Int64)?

  /// The commit; zero when `time` lies before the first one.
  ///
  /// - Parameters:
  ///   - time: in nanoseconds since 1970 (UTC).
  ///   - onProgress: told how far reading has come, of the whole log; and when it has been found.
  /// - Throws: ``JournalError/Reason/unreachable`` when the commit has left the log; `damage` when
  ///   commits that may have been the ones asked for cannot be read; `notAStore`, `io`, `unsettled`.
  /// - Complexity: O(bytes of the segments from the commit's on).
  package static func lastCommit(
    atOrBefore time: Int64, in directory: any Directory, onProgress: ReplayObserver? = nil
  ) throws(JournalError) -> LogSequenceNumber {
    for _ in 0..<maximumPassCount {
      var search = TimeSearch(directory: directory, time: time, onProgress: onProgress)
      do {
        let found = try search.run()
        search.endProgress()
        return found
      } catch {
        // A compaction replaced it while we were on the way.
        if !error.isMissingFile { throw error }
      }
    }
    throw JournalError(
      .unsettled, file: directory.path,
      detail: "files were replaced faster than they could be read; try again")
  }

  private init(directory: any Directory, time: Int64, onProgress: ReplayObserver?) {
    self.directory = directory
    self.time = time
    self.onProgress = onProgress
  }

  private mutating func pass(_ header: RecordHeader) {
    progress.byteCount += Int64(header.recordByteCount)
    progress.recordCount += 1
    guard progress.byteCount - told >= ReplayProgress.stepByteCount else { return }
    told = progress.byteCount
    if progress.byteCount < progress.totalByteCount { onProgress?(progress) }
  }

  private mutating func endProgress() {
    progress.totalByteCount = progress.byteCount
    onProgress?(progress)
  }

  private mutating func run() throws(JournalError) -> LogSequenceNumber {
    let watermark = try WatermarkFile.read(directory)
    let listing = try DirectoryListing.read(directory)
    guard listing.isStore else {
      throw JournalError(
        .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot")
    }
    if onProgress != nil {
      progress.totalByteCount = listing.segments.clampedSum {
        directory.byteCount(of: FileName.segment(first: $0).text) ?? 0
      }
    }
    var successor: LogSequenceNumber?
    for first in listing.segments.reversed() {
      if let found = try search(first, before: successor, watermark) { return found }
      successor = first
    }
    return try beforeTheLog(listing)
  }

  /// The last commit of a segment that was made in time; `nil` when none was.
  private mutating func search(
    _ first: LogSequenceNumber, before successor: LogSequenceNumber?, _ watermark: Watermark?
  ) throws(JournalError) -> LogSequenceNumber? {
    guard
      let reader = try SegmentReader.open(
        FileName.segment(first: first).text, in: directory, first: first, isLast: successor == nil,
        store: watermark?.store)
    else { return nil }
    var walk = SegmentWalk(reader, successor: successor, watermark: watermark)
    var found: LogSequenceNumber?
    var last: LogSequenceNumber?
    // Commits that nothing can be said about, and behind which nothing was in time.
    var doubt: InspectionFinding?
    scan: while true {
      switch try walk.next() {
      case .record(let header):
        pass(header)
        last = header.sequence
        if oldest.map({ header.sequence < $0.sequence }) ?? true {
          oldest = (header.sequence, header.time)
        }
        if header.time <= time {
          found = header.sequence
          doubt = nil
        }
      case .finding(let finding):
        if finding.severity >= .unreadable { doubt = finding }
      case .end:
        break scan
      }
    }
    if let doubt, let error = JournalError(doubt) { throw error }
    guard let found else { return nil }
    if let successor, found == last, found.next < successor {
      throw unreachable("commits \(found.next) to \(successor.previous) are not in the log")
    }
    return found
  }

  /// Everything in the log is younger. What snapshots say of their making may still decide.
  private func beforeTheLog(_ listing: DirectoryListing) throws(JournalError) -> LogSequenceNumber {
    let end = (oldest?.sequence ?? listing.segments.first)?.previous
    if let end, end == .zero { return .zero }
    for range in listing.snapshots where range.through == end {
      let reader = try SnapshotReader(
        opening: FileName.snapshot(range).text, in: directory, expecting: nil,
        covering: (from: range.after, to: range.through))
      // It was begun after its last commit, and the next commit was made too late.
      if reader.summary.createdAt <= time { return range.through }
    }
    guard let oldest else {
      throw unreachable("the log holds no commit; what there was is in snapshots only")
    }
    throw unreachable(
      "the log reaches back to commit \(oldest.sequence), made at "
        + "\(UTCTime(secondsSince1970: oldest.time / 1_000_000_000))")
  }

  private func unreachable(_ detail: String) -> JournalError {
    JournalError(
      .unreachable, file: directory.path,
      detail: "no commit is known to be the last one at "
        + "\(UTCTime(secondsSince1970: time / 1_000_000_000)): \(detail)")
  }
}

extension JournalError {
  /// What a finding of damage says, as an error; `nil` for any other finding.
  init?(_ finding: InspectionFinding) {
    let reason: Reason
    switch finding.kind {
    case .damage(let damage): reason = .damage(damage)
    case .unreadable(let failure): reason = .io(failure)
    default: return nil
    }
    self.init(
      reason, file: finding.file, offset: finding.offset, sequence: finding.sequence,
      lastSequence: finding.lastSequence, detail: finding.detail)
  }
}
