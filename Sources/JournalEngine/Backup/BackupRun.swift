package import FileIO
import JournalFormat

/// Copies a store beside its writer, without a lock and without a write there.
///
/// Snapshots never change and segments only grow, so this is a copy of files, and of the last segment
/// up to its last whole record. The target is a store at every moment: where its log is continued,
/// the tail grows first, then come the segments behind it, then the snapshots that they reach, then
/// the watermark, and only then goes what the source does not have any more. A target that has no log
/// to continue (a first run, or one that lags a whole generation behind) refuses to open between the
/// first and the last rename of that run; running it again completes it. Before the first rename of a first
/// run there is no store, unless the target is to refuse from the beginning.
package struct BackupRun {
  private let directory: any Directory
  private let source: BackupSource
  private let target: BackupTarget
  private let refusesFromBeginning: Bool
  private let onProgress: (InspectionProgress) -> Void
  private var progress: CopyProgress
  private var report: BackupReport
  /// What this run has built under temporary names.
  private var builtNames: [String] = []
  /// Whether anything that this run built has its name.
  private var hasNamed = false

  /// Brings the backup in `target` up to what `source` holds now. When this returns, it is durable.
  ///
  /// - Parameters:
  ///   - isIncremental: whether a backup that is there already is continued; else it is refused.
  ///   - refusesFromBeginning: whether an empty target refuses to open from the first moment on until it is
  ///     complete. Where a job is to go on, one that is started too early, as by the machine that comes up
  ///     again, must not begin a store of its own.
  /// - Throws: ``JournalError/Reason/refused`` when the target holds something else than an earlier
  ///   state of the same history; ``JournalError/Reason/locked(_:)`` when somebody writes to the
  ///   target; `damage` when the source is damaged; `outOfSpace`. The target stays as it was, or
  ///   becomes what it should be.
  package static func run(
    from source: any Directory, to target: any Directory, isIncremental: Bool,
    refusesFromBeginning: Bool = false, onOpening: ReplayObserver? = nil,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> BackupReport {
    try refuseItself(source, target)
    let listing = try DirectoryListing.read(target)
    if listing.segments.isEmpty, listing.snapshots.isEmpty {
      try listing.refuseOthers(in: target)
    } else if !isIncremental {
      throw JournalError(
        .refused, file: target.path,
        detail: "it holds a store already; continue it with --incremental, or choose an empty"
          + " directory")
    }
    return try DirectoryLock.holdingBoth(in: target) { () throws(JournalError) in
      let held = try BackupTarget(target, onOpening: onOpening)
      let found = try BackupSource.open(source, for: held, onOpening: onOpening)
      try held.checkHistory(of: found)
      return try withoutActuallyEscaping(onProgress) { onProgress throws(JournalError) in
        var run = BackupRun(found, held, refusesFromBeginning, onProgress)
        // A block more for each file than it has bytes.
        let overhead = 4096 * Int64(found.segments.count + found.snapshots.count + 1)
        let expected = run.progress.totalByteCount
        if expected > 0 {
          try target.requireSpace(expected.adding(clamping: overhead), for: "the copy")
        }
        do throws(IOFailure) {
          try run.copy()
        } catch {
          run.clean()
          throw JournalError(error)
        }
        return run.report
      }
    }
  }

  private init(
    _ source: BackupSource, _ target: BackupTarget, _ refusesFromBeginning: Bool,
    _ onProgress: @escaping (InspectionProgress) -> Void
  ) {
    self.source = source
    self.target = target
    directory = target.directory
    self.refusesFromBeginning = refusesFromBeginning
    self.onProgress = onProgress
    report = BackupReport(store: source.store, through: source.through)
    report.previous = target.through
    report.omittedFiles = source.omitted
    report.undecidable = source.undecidable
    var copiedByteCount: Int64 = 0
    for snapshot in source.snapshots {
      report.byteCount.add(clamping: snapshot.summary.byteCount)
      if !((try? target.has(snapshot)) ?? false) {
        copiedByteCount.add(clamping: snapshot.summary.byteCount)
      }
    }
    for segment in source.segments {
      report.byteCount.add(clamping: segment.end)
      if segment.wasRead {
        copiedByteCount.add(clamping: segment.end - (target.end(of: segment.name) ?? 0))
      }
    }
    progress = CopyProgress(totalByteCount: copiedByteCount)
  }

  private static func refuseItself(
    _ source: any Directory, _ target: any Directory
  ) throws(JournalError) {
    let names = (try? source.list()) ?? []
    let isSame = names.contains { name in
      guard FileName(name) != nil, let own = try? source.openFile(name, .read).identity(),
        let other = try? target.openFile(name, .read).identity()
      else { return false }
      return own == other
    }
    if isSame {
      throw JournalError(
        .refused, file: target.path, detail: "it is the source itself; choose another directory")
    }
  }

  private mutating func copy() throws(IOFailure) {
    if target.isContinued(by: source) {
      try continueTail()
      for segment in newSegments { try publish(segment) }
      for snapshot in try newSnapshots() { try publish(snapshot) }
      try beginUnfinished()
      try moveWatermark()
    } else {
      if target.isEmpty, refusesFromBeginning { try moveWatermark() }
      let (segments, snapshots) = (newSegments, try newSnapshots())
      for segment in segments { try build(segment) }
      for snapshot in snapshots { try build(snapshot) }
      // Whatever part of the names a crash leaves here must not pass for a store that is older.
      if target.isEmpty { try moveWatermark() }
      for name in segments.map(\.name) + snapshots.map(\.name) { try giveName(name) }
      try directory.sync()
      try beginUnfinished()
      try moveWatermark()
    }
    try removeVanished()
  }

  /// Takes away what a run that failed has built: on a full disk it is in the way.
  private func clean() {
    for name in builtNames { try? directory.remove(name + FileName.temporarySuffix) }
    try? directory.remove(FileName.watermark.underConstruction)
    // Without any file the watermark would vouch for nothing that is here.
    if target.isEmpty, !hasNamed { try? directory.remove(FileName.watermark.text) }
  }

  private var newSegments: [BackupSource.Segment] {
    source.segments.filter { $0.wasRead && target.end(of: $0.name) == nil }
  }

  private func newSnapshots() throws(IOFailure) -> [SnapshotReader] {
    source.snapshots.filter { !((try? target.has($0)) ?? false) }
  }

  /// Brings the last segment of the target up to the source's.
  private mutating func continueTail() throws(IOFailure) {
    guard let tail = target.tail,
      let segment = source.segments.first(where: { $0.name == tail.name }), segment.wasRead
    else { return }
    if segment.end == tail.end, tail.fileByteCount == tail.end { return }
    if segment.cuts.count > TailAppend.maximumCutCount {
      try publish(segment)
      return
    }
    let file = try directory.openFile(tail.name, .readWrite)
    if tail.fileByteCount > tail.end {
      // An append that was interrupted, and zeros if somebody has opened the backup: durably gone
      // before anything takes their place.
      try file.truncate(to: tail.end)
      try file.sync()
    }
    let known = max(target.through ?? .zero, segment.first.previous)
    progress.begin(
      byteCount: segment.end - tail.end,
      recordCount: Int(clamping: segment.last.rawValue - min(known, segment.last).rawValue))
    var offset = tail.end
    for end in segment.cuts + [segment.end] where end > offset {
      try copyBytes(of: segment.reader.file, offset..<end, to: file)
      try file.sync()
      offset = end
    }
    report.copiedFileCount += 1
  }

  private mutating func publish(_ segment: BackupSource.Segment) throws(IOFailure) {
    try build(segment)
    try giveName(segment.name)
    try directory.sync()
  }

  private mutating func publish(_ snapshot: SnapshotReader) throws(IOFailure) {
    try build(snapshot)
    try giveName(snapshot.name)
    try directory.sync()
  }

  private mutating func build(_ segment: BackupSource.Segment) throws(IOFailure) {
    progress.begin(
      byteCount: segment.end,
      recordCount: Int(clamping: segment.last.rawValue - segment.first.previous.rawValue))
    try build(segment.name, of: segment.reader.file, byteCount: segment.end)
  }

  private mutating func build(_ snapshot: SnapshotReader) throws(IOFailure) {
    let summary = snapshot.summary
    progress.begin(byteCount: summary.byteCount, recordCount: summary.entryCount)
    try build(snapshot.name, of: snapshot.source.file, byteCount: summary.byteCount)
  }

  /// Copies a file under its temporary name; its content is durable then.
  private mutating func build(
    _ name: String, of file: any File, byteCount: Int64
  ) throws(IOFailure) {
    builtNames.append(name)
    let copy = try directory.openEmptied(name + FileName.temporarySuffix)
    try copyBytes(of: file, 0..<byteCount, to: copy)
    try copy.sync()
    report.copiedFileCount += 1
  }

  /// Begins a segment that the source has begun, and not a header of it.
  private func beginUnfinished() throws(IOFailure) {
    guard let first = source.unfinished else { return }
    _ = try directory.openFile(FileName.segment(first: first).text, .createIfMissing)
    try directory.sync()
  }

  private mutating func giveName(_ name: String) throws(IOFailure) {
    hasNamed = true
    try directory.rename(name + FileName.temporarySuffix, to: name)
  }

  private mutating func copyBytes(
    of file: any File, _ range: Range<Int64>, to copy: any File
  ) throws(IOFailure) {
    var progress = progress
    let count = try file.copy(range, to: copy, at: range.lowerBound) {
      onProgress(progress.pass($0))
    }
    self.progress = progress
    report.copiedByteCount += count
    guard count == range.upperBound - range.lowerBound else {
      // What has been read once does not get shorter, unless somebody tampers with the source.
      throw IOFailure(.read, path: file.path, code: IOFailure.shortFileCode)
    }
  }

  private mutating func moveWatermark() throws(IOFailure) {
    let old = (try? WatermarkFile.read(directory)) ?? nil
    if let old, old.durableThrough == source.watermark.durableThrough,
      old.epoch == source.watermark.epoch, old.store == source.store
    {
      return
    }
    try WatermarkFile.write(source.watermark, in: directory)
  }

  /// Removes what the source has turned into something else. What went bad there stays: the copy may
  /// be the last sound one.
  private mutating func removeVanished() throws(IOFailure) {
    let kept = source.names
    let listed =
      target.listing.segments.map { FileName.segment(first: $0).text }
      + target.listing.snapshots.map { FileName.snapshot($0).text }
    var names = listed.filter { !kept.contains($0) }
    report.removedFiles = names
    // What this run built under such a name has its own by now.
    names += target.listing.temporaries
    if names.isEmpty { return }
    for name in names {
      do throws(IOFailure) {
        try directory.remove(name)
      } catch  where error.isMissing {}
    }
    try directory.sync()
  }
}
