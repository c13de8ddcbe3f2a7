import FileIO
import JournalFormat

/// Everything of a store that is worth copying, as of one moment: files that are open, so that a
/// compaction beside us cannot take them away, and how far each of them counts.
struct BackupSource {
  struct Segment {
    var first: LogSequenceNumber
    var reader: SegmentReader
    /// Where its valid records end; the whole of the file where another segment follows.
    var end: Int64
    /// Its last commit; the one before it begins where it has none.
    var last: LogSequenceNumber
    /// What all commits up to its end sum up to; `nil` where its records were not read.
    var history: HistoryChecksum?
    /// Whether its records were read: not where the target has all of them.
    var wasRead = true
    /// What has to be durable before what follows is written behind it (``TailAppend``).
    var cuts: [Int64] = []

    var name: String { reader.name }
  }

  var store: StoreIdentity
  /// Sound snapshots, by their ends.
  var snapshots: [SnapshotReader] = []
  /// Segments, ascending. Each joins the one before.
  var segments: [Segment] = []
  /// Where a last segment begins that never got its header. The copy has one like it: without it, the copy
  /// would go on in the one before, which the source does not read, or in none.
  var unfinished: LogSequenceNumber?
  /// The last commit.
  var through: LogSequenceNumber
  /// What the copy's watermark says.
  var watermark: Watermark
  /// Files that are damaged and not needed.
  var omitted: [JournalError] = []
  /// The last commit, where it is damaged and nothing tells whether it was acknowledged.
  var undecidable: InspectionFinding?
  /// The names of all snapshots and segments, damaged ones as well.
  var names: Set<String> = []

  private static let maximumLookCount = 100

  /// Looks at a store until one look finds a whole one.
  ///
  /// - Parameters:
  ///   - target: what the copy holds already.
  ///   - onOpening: told how far reading the log has come, and the check of what is to be copied.
  static func open(
    _ directory: any Directory, for target: BackupTarget, onOpening: ReplayObserver? = nil
  ) throws(JournalError) -> BackupSource {
    for _ in 0..<maximumLookCount {
      var listing: DirectoryListing?
      do {
        return try look(directory, for: target, listing: &listing, onOpening)
      } catch {
        // Files that were listed may be gone, and a listing may miss both the old file and the new.
        if error.isMissingFile { continue }
        guard case .damage = error.reason, let listing,
          try DirectoryListing.read(directory) != listing
        else { throw error }
      }
    }
    throw JournalError(
      .unsettled, file: directory.path,
      detail: "files were replaced faster than they could be opened; try again")
  }

  private static func look(
    _ directory: any Directory, for target: BackupTarget, listing: inout DirectoryListing?,
    _ onOpening: ReplayObserver?
  ) throws(JournalError) -> BackupSource {
    // Read before everything else: a writer beside us moves it only after the log has reached it.
    let watermark = try WatermarkFile.read(directory)
    let found = try DirectoryListing.read(directory)
    listing = found
    let log = try LogLoader.load(
      directory, for: .reader, keeping: .nothing, onProgress: onOpening)
    guard let log else {
      throw JournalError(
        .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot")
    }
    var source = BackupSource(
      store: log.store, through: log.report.lastSequence,
      watermark: Watermark(
        store: log.store, durableThrough: .zero, epoch: log.epoch, writtenAt: WallClock.now,
        isNextSegmentBegun: false))
    source.names = Set(found.snapshots.map { FileName.snapshot($0).text })
    source.names.formUnion(found.segments.map { FileName.segment(first: $0).text })
    var progress = SourceProgress(found, in: directory, onOpening)
    try source.openSnapshots(found, in: directory, for: target, &progress)
    let base = found.chain(limit: nil, without: source.unusable(in: found)).last?.through ?? .zero
    try source.openSegments(
      found, in: directory, coveredThrough: base, watermark: watermark, for: target, &progress)
    progress.end()
    source.setWatermark(watermark)
    return source
  }

  private func unusable(in listing: DirectoryListing) -> Set<SnapshotRange> {
    Set(listing.snapshots).subtracting(snapshots.map(\.range))
  }

  /// Opens the snapshots, and reads those that the target does not have to their ends: a copy of a
  /// damaged one would be worth nothing.
  private mutating func openSnapshots(
    _ listing: DirectoryListing, in directory: any Directory, for target: BackupTarget,
    _ progress: inout SourceProgress
  ) throws(JournalError) {
    for range in listing.snapshots {
      do throws(JournalError) {
        let reader = try SnapshotReader(
          opening: FileName.snapshot(range).text, in: directory, expecting: store,
          covering: (from: range.after, to: range.through))
        if !(try target.has(reader)) {
          var (byteCount, entryCount) = (Int64(0), 0)
          let verification = reader.verify { nowByteCount, nowEntryCount in
            progress.pass(nowByteCount - byteCount, recordCount: nowEntryCount - entryCount)
            (byteCount, entryCount) = (nowByteCount, nowEntryCount)
          }
          if let error = verification.damages.first?.error ?? verification.summaryError {
            throw error
          }
        }
        snapshots.append(reader)
      } catch {
        guard case .damage = error.reason else { throw error }
        omitted.append(error)
      }
    }
  }

  private mutating func openSegments(
    _ listing: DirectoryListing, in directory: any Directory,
    coveredThrough base: LogSequenceNumber, watermark: Watermark?, for target: BackupTarget,
    _ progress: inout SourceProgress
  ) throws(JournalError) {
    let firsts = listing.segments
    guard let needed = firsts.lastIndex(where: { $0 <= base.next }) else {
      throw JournalError(
        .damage(.missingSegment), file: directory.path, sequence: base.next,
        detail: "no segment holds commit \(base.next), the next one after the sound snapshots")
    }
    var end = LogSequenceNumber.zero
    for (index, first) in firsts.enumerated() {
      let successor = index + 1 < firsts.count ? firsts[index + 1] : nil
      do throws(JournalError) {
        guard
          let reader = try SegmentReader.open(
            FileName.segment(first: first).text, in: directory, first: first,
            isLast: successor == nil, store: store)
        else {
          unfinished = first
          end = max(end, first.previous)
          continue
        }
        if let error = joint(reader, behind: end) {
          // Of what snapshots hold as well, some may have gone already.
          guard index <= needed else { throw error }
          segments = []
        }
        let segment = try read(
          reader, successor: successor, watermark: watermark, for: target, &progress)
        end = segment.last
        segments.append(segment)
      } catch {
        guard case .damage = error.reason, index < needed else { throw error }
        omitted.append(error)
        segments = []
      }
    }
    through = max(end, base)
    if end < base {
      throw JournalError(
        .damage(.missingCommits), file: directory.path, sequence: end.next, lastSequence: base,
        detail: "the log ends at \(end), before the snapshot of \(base)")
    }
  }

  /// Why a segment does not follow the one before it; `nil` when it does.
  private func joint(
    _ reader: SegmentReader, behind end: LogSequenceNumber
  ) -> JournalError? {
    guard let last = segments.last else { return nil }
    let first = reader.header.firstSequence
    if end.next != first {
      return JournalError(
        .damage(.gap), file: reader.file.path, offset: 0, sequence: min(first, end.next),
        detail: "the segment before ends at \(end), this one begins at \(first)")
    }
    let isNext =
      last.reader.header.salt == reader.header.previousSalt
      && last.history.map { $0 == reader.header.history } ?? true
    if isNext { return nil }
    return JournalError(
      .damage(.foreignHistory), file: reader.file.path, offset: 48, sequence: first,
      detail: "the segment does not follow the one before it; was a backup mixed in?")
  }

  /// Finds out how far a segment counts: through the last record that is whole. What a writer beside
  /// us is about to write comes with the next run.
  private mutating func read(
    _ reader: SegmentReader, successor: LogSequenceNumber?, watermark: Watermark?,
    for target: BackupTarget, _ progress: inout SourceProgress
  ) throws(JournalError) -> Segment {
    let first = reader.header.firstSequence
    if let successor, try target.hasAll(of: reader) {
      return Segment(
        first: first, reader: reader, end: reader.fileByteCount, last: successor.previous,
        wasRead: false)
    }
    var walk = SegmentWalk(reader, successor: successor, watermark: watermark)
    var segment = Segment(
      first: first, reader: reader, end: Int64(SegmentHeader.byteCount), last: first.previous)
    var append = TailAppend(from: target.end(of: reader.name) ?? 0)
    scan: while true {
      switch try walk.next() {
      case .record(let header):
        append.add(header, at: walk.reader.recordOffset)
        progress.pass(walk.reader.position - segment.end, recordCount: 1)
        segment.end = walk.reader.position
      case .finding(let finding):
        if let error = JournalError(finding) { throw error }
        if finding.severity == .undecidable { undecidable = finding }
        break scan
      case .end:
        break scan
      }
    }
    segment.cuts = append.cuts
    segment.history = walk.history
    segment.last = walk.expected.previous
    return segment
  }

  /// All that is copied is durable in the copy. What the source says about the next segment is true of
  /// the copy only if that has been copied too.
  private mutating func setWatermark(_ own: Watermark?) {
    watermark.epoch = max(watermark.epoch, own?.epoch ?? 0)
    watermark.durableThrough = through
    watermark.isNextSegmentBegun = segments.last?.first == through.next
    guard let own, own.durableThrough == through,
      own.isNextSegmentBegun == watermark.isNextSegmentBegun
    else { return }
    watermark = own
  }
}
