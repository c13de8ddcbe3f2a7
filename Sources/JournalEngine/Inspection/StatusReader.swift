package import FileIO
import JournalFormat

/// Reads a store's status: the log since the last snapshot, and of snapshots only their edges.
/// Takes no lock and writes nothing.
package enum StatusReader {
  /// The most log that is read as a whole though nobody asked for it.
  private static let quickByteCount: Int64 = 64 << 20

  /// - Parameters:
  ///   - isExact: whether a long log is read as a whole, and not by headers and its last segment.
  ///   - acceptsNewer: whether a newer format is part of the status as well: of such a store the names
  ///     and sizes of the files are known, and nothing else.
  ///   - onProgress: told how far reading the log has come.
  /// - Throws: ``JournalError/Reason/notAStore``, `newerFormat`, or `io` of the directory itself.
  ///   Damage is part of the status.
  package static func read(
    _ directory: any Directory, isExact: Bool = true, acceptsNewer: Bool = false,
    onProgress: ReplayObserver? = nil
  ) throws(JournalError) -> JournalStatus {
    var status = JournalStatus()
    status.writer = holder(.writer, in: directory)
    status.compactor = holder(.compaction, in: directory)
    let listing = try DirectoryListing.read(directory)
    guard listing.isStore else {
      throw JournalError(
        .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot")
    }
    let watermark = try? WatermarkFile.read(directory)
    if let watermark {
      status.store = watermark.store
      status.watermark = watermark.durableThrough
    }
    status.isExact = isExact || listing.logByteCount(in: directory) <= quickByteCount
    do {
      let log = try LogLoader.load(
        directory, for: .reader, reading: status.isExact ? .everything : .lastSegment,
        keeping: .nothing, onProgress: onProgress)
      status.store = log?.store ?? status.store
      status.recovery = log?.report ?? RecoveryReport()
      status.snapshots = log?.chain.readers.map(JournalStatus.SnapshotInfo.init) ?? []
    } catch {
      if acceptsNewer, case .newerFormat = error.reason {
        status.failure = error
        status.files = files(of: listing, in: directory, status)
        return status
      }
      guard InspectionFinding(error) != nil else { throw error }
      status.failure = error
      if listing.isUnfinishedCopy { status.failure?.detail = DirectoryListing.unfinishedCopy }
    }
    try describeLastCommit(directory, listing, watermark, &status)
    status.files = files(of: listing, in: directory, status)
    return status
  }

  private static func holder(
    _ role: DirectoryLock.Role, in directory: any Directory
  ) -> JournalStatus.Holder? {
    try? JournalStatus.Holder(of: role, in: directory)
  }

  /// The tail tells when the last commit was made and by whom; right after a rotation it is empty,
  /// and the segment before it does.
  private static func describeLastCommit(
    _ directory: any Directory, _ listing: DirectoryListing, _ watermark: Watermark?,
    _ status: inout JournalStatus
  ) throws(JournalError) {
    let firsts = listing.segments.suffix(2)
    for first in firsts.reversed() {
      do {
        let successor = firsts.last.flatMap { $0 > first ? $0 : nil }
        guard
          let reader = try SegmentReader.open(
            FileName.segment(first: first).text, in: directory, first: first,
            isLast: successor == nil, store: status.store)
        else { continue }
        var walk = SegmentWalk(reader, successor: successor, watermark: watermark)
        while true {
          let step = try walk.next()
          if case .record(let header) = step { status.lastCommitTime = header.time }
          if case .end = step { break }
        }
        guard status.lastCommitTime != nil else { continue }
        status.lastSession = walk.session
        status.closedCleanly = walk.closedCleanly
        return
      } catch {
        guard InspectionFinding(error) != nil else { throw error }
      }
    }
  }

  private static func files(
    of listing: DirectoryListing, in directory: any Directory, _ status: JournalStatus
  ) -> [JournalStatus.FileInfo] {
    let chain = Set(status.snapshots.map { SnapshotRange(after: $0.after, through: $0.through) })
    let base = status.snapshots.last?.through ?? .zero
    let last = status.recovery?.lastSequence
    var files: [JournalStatus.FileInfo] = []
    func add(_ name: String, _ kind: JournalStatus.FileInfo.Kind) -> Int {
      let isDirectory = kind == .quarantine
      files.append(
        JournalStatus.FileInfo(
          name: name, kind: kind, byteCount: isDirectory ? nil : directory.byteCount(of: name)))
      return files.count - 1
    }
    for range in listing.snapshots.sorted(by: { ($0.after, $0.through) < ($1.after, $1.through) }) {
      let index = add(FileName.snapshot(range).text, .snapshot)
      files[index].first = range.after.next
      files[index].last = range.through
      files[index].isSuperseded = !chain.contains(range) && range.through <= base
    }
    for (index, first) in listing.segments.enumerated() {
      let next = index + 1 < listing.segments.count ? listing.segments[index + 1] : nil
      let place = add(FileName.segment(first: first).text, .segment)
      files[place].first = first
      files[place].isSuperseded = next.map { $0.previous <= base } ?? false
      // Behind a superseded segment others may have gone already.
      if !files[place].isSuperseded {
        files[place].last = next?.previous ?? last.map { max($0, first.previous) }
      }
    }
    if listing.hasWatermark { _ = add(FileName.watermark.text, .watermark) }
    if listing.hasLock { _ = add(FileName.lock.text, .lock) }
    if listing.hasQuarantine { _ = add(FileName.quarantine.text, .quarantine) }
    for name in listing.temporaries.sorted() { _ = add(name, .unfinished) }
    for name in listing.foreign.sorted() { _ = add(name, .foreign) }
    return files
  }
}

extension JournalStatus.SnapshotInfo {
  fileprivate init(_ reader: SnapshotReader) {
    self.init(
      name: reader.name, after: reader.summary.from, through: reader.summary.to,
      createdAt: reader.summary.createdAt, byteCount: reader.summary.byteCount,
      entryCount: reader.summary.entryCount)
  }
}

extension JournalStatus.Holder {
  /// Who holds a lock now; `nil` when nobody does.
  package init?(
    of role: DirectoryLock.Role, in directory: any Directory
  ) throws(JournalError) {
    // Two levels of optional: held or not, and by whom, which an owner may not have said yet.
    guard case .some(let owner) = try DirectoryLock.currentOwner(of: role, in: directory) else {
      return nil
    }
    self.init(owner: owner)
  }
}
