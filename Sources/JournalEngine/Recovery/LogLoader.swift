package import FileIO
package import JournalFormat

/// Reads a directory and judges all of it, changing nothing: recovery decides before it acts, and
/// readers stop here.
package struct LogLoader {
  /// Who asks. The rules are the same; a reader must allow for a writer and a compaction beside it.
  package enum Audience: Sendable {
    case writer
    case reader
  }

  /// How much of the log is read.
  package enum Extent: Sendable {
    case everything
    /// Headers, and of commits only those in the last segment: enough to tell what opening would
    /// read, and neither the state nor damage elsewhere.
    case lastSegment
  }

  private let directory: any Directory
  private let extent: Extent
  private let audience: Audience
  private let limit: LogSequenceNumber?
  private let memory: ReplayMemory
  private let keys: KeySelection
  private let aloneByteCount: Int
  private var damagedSnapshots: Set<SnapshotRange>
  private var report = RecoveryReport()
  private var progress: ReplayProgress
  /// The listing that the last attempt was based on, if it came that far.
  private var listing: DirectoryListing?

  private init(
    directory: any Directory, audience: Audience, limit: LogSequenceNumber?, extent: Extent,
    without damagedSnapshots: Set<SnapshotRange>, memory: ReplayMemory, keys: KeySelection,
    aloneByteCount: Int, progress: ReplayProgress
  ) {
    self.directory = directory
    self.extent = extent
    self.audience = audience
    self.limit = limit
    self.memory = memory
    self.keys = keys
    self.aloneByteCount = aloneByteCount
    self.damagedSnapshots = damagedSnapshots
    self.progress = progress
  }

  /// The state in `directory`, as of `limit` if one is given, or `nil` when no store was ever
  /// completely created there.
  ///
  /// - Parameters:
  ///   - damagedSnapshots: snapshots that must not be used.
  ///   - keys: what is kept. All of the log is judged, whatever that is.
  ///   - memory: what becomes of changes that take more memory than they may.
  ///   - aloneByteCount: as ``JournalOptions/replayedAloneByteCount``.
  ///   - onProgress: called now and then while the log is replayed, and when all of it has been.
  package static func load(
    _ directory: any Directory, for audience: Audience, limit: LogSequenceNumber? = nil,
    reading extent: Extent = .everything, without damagedSnapshots: Set<SnapshotRange> = [],
    keeping keys: KeySelection = .everything, within memory: ReplayMemory = .unbounded,
    replayingAlone aloneByteCount: Int = TableBuilder.aloneByteCount,
    onProgress: ReplayObserver? = nil
  ) throws(JournalError) -> RecoveredLog? {
    var loader = LogLoader(
      directory: directory, audience: audience, limit: limit, extent: extent,
      without: damagedSnapshots, memory: memory, keys: keys, aloneByteCount: aloneByteCount,
      progress: ReplayProgress(onProgress))
    // Files that were listed may be gone when they are opened, since a compaction, which need not be
    // the writer's, replaced them. Then the directory says something new, and reading starts over.
    var changeCount = 0
    var damagedBridge: JournalError?
    while true {
      do {
        return try loader.loadOnce()
      } catch {
        if try loader.hasChanged(error) {
          changeCount += 1
        } else if loader.putAside(error) {
          damagedBridge = damagedBridge ?? error
        } else {
          // That nothing else can serve follows from the damage, which says more.
          throw damagedBridge ?? error
        }
        guard changeCount < 100 else { break }
        let damagedSnapshots = loader.report.damagedSnapshots
        loader.report = RecoveryReport()
        loader.report.damagedSnapshots = damagedSnapshots
      }
    }
    throw JournalError(
      .unsettled, file: directory.path,
      detail: "files were replaced faster than they could be read; try again")
  }

  /// Whether an attempt failed for a damaged snapshot among the log, which is not used from now on:
  /// others, or the log, may say the same. One of another history is no such: which of the files were
  /// mixed in is not for recovery to guess.
  private mutating func putAside(_ error: JournalError) -> Bool {
    guard case .damage(let kind) = error.reason, kind != .foreignHistory,
      let range = listing?.snapshots.first(where: {
        path(FileName.snapshot($0).text) == error.file
      }), damagedSnapshots.insert(range).inserted
    else { return false }
    report.damagedSnapshots.append(error)
    return true
  }

  /// Whether an attempt failed because files came and went while they were listed and read. A listing
  /// is not a snapshot of the directory either: it may miss both the old file and the new one.
  private func hasChanged(_ error: JournalError) throws(JournalError) -> Bool {
    switch error.reason {
    case .io(let failure): failure.isMissing
    case .damage, .unreachable:
      if let listing { try DirectoryListing.read(directory) != listing } else { false }
    default: false
    }
  }

  private mutating func loadOnce() throws(JournalError) -> RecoveredLog? {
    // Read before everything else: a writer beside us moves it only after the log has reached it.
    let watermark = try WatermarkFile.read(directory)
    let listing = try DirectoryListing.read(directory)
    self.listing = listing
    let chain = try openChain(listing, of: watermark?.store)
    if let limit, limit == chain.to, let store = chain.store {
      return finish(chain: chain, store: store, TableBuilder(), watermark: watermark)
    }
    guard let firstIndex = listing.segments.lastIndex(where: { $0 <= chain.to.next }) else {
      return try withoutLog(listing, chain: chain, watermark: watermark)
    }
    var store = chain.store ?? watermark?.store
    var tail: RecoveredLog.Tail?
    var headerless: String?
    var previousSalt: UInt64?
    var history = chain.history
    var epoch = watermark?.epoch ?? 0
    var expected = LogSequenceNumber.zero
    // The snapshots that hold the records up to their end: those below the log, or in the middle of it.
    var covered = chain
    var changes = ReplayedChanges(
      memory, keeping: keys, alone: aloneByteCount, behind: chain.to, in: directory)
    var reachedLimit = false
    progress.begin(listing.segments[firstIndex...], in: directory)

    for index in firstIndex..<listing.segments.count where !reachedLimit {
      let first = listing.segments[index]
      let isLast = index == listing.segments.count - 1
      let name = FileName.segment(first: first).text
      if index > firstIndex, expected < first, first <= covered.to.next {
        // What stands in for log that has gone reaches beyond this gap as well.
        previousSalt = nil
      } else if index > firstIndex, expected < first,
        let bridge = try LogBridge.build(
          behind: max(expected.previous, covered.to), to: first,
          history: expected > covered.to ? history : covered.history, limit: limit,
          ranges: listing.chain(
            from: max(expected.previous, covered.to), limit: limit, without: damagedSnapshots),
          of: store, in: directory, into: &changes)
      {
        covered = bridge
        report.replayedByteCount.add(clamping: bridge.byteCount)
        previousSalt = nil
        if bridge.to == limit {
          (expected, history) = (bridge.to.next, bridge.history)
          break
        }
      } else if index > firstIndex, first != expected {
        if let limit, let covered = listing.chain(limit: nil).last?.through,
          expected < first, first <= covered.next
        {
          // A past state is asked for, and what led to it has gone into snapshots since.
          throw JournalError(
            .unreachable, file: directory.path, sequence: limit,
            detail: "commits \(expected) to \(first.previous) are in snapshots only")
        }
        throw damage(
          .gap, name, from: min(first, expected),
          detail:
            "the segment before ends at \(expected.previous), this one begins at \(first)")
      }
      guard
        let segment = try SegmentReader.open(
          name, in: directory, first: first, isLast: isLast, store: store)
      else {
        headerless = name
        if previousSalt == nil { previousSalt = try salt(before: index, in: listing) }
        if let watermark {
          if watermark.durableThrough >= first || watermark.saysBegun(first) {
            throw damage(
              .missingCommits, name, from: first, through: max(watermark.durableThrough, first),
              detail: "the segment has no header, and WATERMARK says that it was begun")
          }
        }
        expected = first
        break
      }
      if let previousSalt,
        previousSalt != segment.header.previousSalt
          || extent == .everything && history != segment.header.history
      {
        throw damage(
          .foreignHistory, name, from: first,
          detail: "the segment does not follow the one before it; was a backup mixed in?")
      }
      store = segment.header.store
      previousSalt = segment.header.salt
      epoch = max(epoch, segment.header.epoch)
      if extent == .lastSegment, !isLast {
        expected = listing.segments[index + 1]
        pass(segment, through: expected.previous, behind: chain.to)
        continue
      }
      var scan = SegmentScan(
        reader: segment, chain: covered, limit: limit)
      let end = try scan.run(
        isLast: isLast, watermark: watermark, audience: audience, into: &changes, report: &report,
        progress: &progress)
      progress.endSegment(end.fileByteCount)
      expected = end.expected
      history = end.history
      epoch = max(epoch, end.epoch)
      reachedLimit = end.reachedLimit
      if isLast {
        tail = RecoveredLog.Tail(
          file: segment.file, name: name, header: segment.header, end: end.offset,
          history: end.history, unsynced: end.unsynced, fileByteCount: end.fileByteCount)
      }
    }
    let last = max(expected.previous, covered.to)
    // A snapshot is made of what is durable in the log, so it vouches for the log up to its end, also
    // when it cannot be used.
    let vouched = max(chain.to, listing.snapshots.last?.through ?? .zero)
    if limit == nil, vouched > expected.previous {
      throw damage(
        .missingCommits, FileName.segment(first: listing.segments[firstIndex]).text,
        from: expected, through: vouched,
        detail: "the log ends at \(expected.previous), before the snapshot of \(vouched)")
    }
    guard let store else {
      // Only a first segment without a header: its creation was interrupted, nothing was there.
      return nil
    }
    report.lastSequence = last
    progress.end(through: last)
    var log = finish(chain: chain, store: store, changes.builder, watermark: watermark)
    log.spilled = changes.spilled
    log.tail = tail
    log.headerlessSegment = headerless
    log.lastSalt = previousSalt ?? 0
    log.history = history
    log.epoch = epoch
    return log
  }

  /// Counts what opening would replay of a segment that is not read.
  private mutating func pass(
    _ segment: SegmentReader, through last: LogSequenceNumber, behind covered: LogSequenceNumber
  ) {
    let first = max(segment.header.firstSequence, covered.next)
    guard first <= last else { return }
    report.replayedCommitCount.add(
      clamping: Int(clamping: last.rawValue - first.previous.rawValue))
    report.replayedByteCount.add(clamping: segment.fileByteCount)
  }

  private mutating func finish(
    chain: SnapshotChain, store: StoreIdentity, _ builder: TableBuilder, watermark: Watermark?
  ) -> RecoveredLog {
    report.snapshotSequence = chain.to
    report.durableSequence = max(
      report.durableSequence, chain.to, watermark?.durableThrough ?? .zero)
    report.lastSequence = max(report.lastSequence, chain.to)
    return RecoveredLog(
      directory: directory, store: store, chain: chain, builder: builder, keys: keys,
      history: chain.history, watermark: watermark, damagedSnapshots: damagedSnapshots,
      report: report)
  }

  /// Opens the best chain; a snapshot that is damaged, or of another store than the watermark, is put
  /// aside in favour of an earlier generation.
  private mutating func openChain(
    _ listing: DirectoryListing, of store: StoreIdentity?
  ) throws(JournalError) -> SnapshotChain {
    while true {
      let ranges = listing.chain(limit: limit, without: damagedSnapshots)
      var readers: [SnapshotReader] = []
      var failure: JournalError?
      for range in ranges {
        do {
          let reader = try SnapshotReader(
            opening: FileName.snapshot(range).text, in: directory,
            expecting: store ?? readers.first?.summary.identity,
            covering: (from: range.after, to: range.through))
          readers.append(reader)
        } catch {
          guard case .damage = error.reason else { throw error }
          damagedSnapshots.insert(range)
          report.damagedSnapshots.append(error)
          failure = error
          break
        }
      }
      if failure == nil { return try SnapshotChain(oldestFirst: readers) }
      // Without the damaged file, an earlier generation must reach the log, or state is lost.
      let fallback = listing.chain(limit: limit, without: damagedSnapshots).last?.through ?? .zero
      if let failure, listing.segments.first.map({ $0 > fallback.next }) ?? true {
        throw failure
      }
    }
  }

  /// The salt of the segment that stands before one that has no header; `nil` where it is gone, or not
  /// to be read, since nothing depends on it but the fallback to an earlier generation.
  private func salt(
    before index: Int, in listing: DirectoryListing
  ) throws(JournalError) -> UInt64? {
    guard index > 0 else { return nil }
    let first = listing.segments[index - 1]
    do {
      return try SegmentReader.open(
        FileName.segment(first: first).text, in: directory, first: first, isLast: false, store: nil
      )?.header.salt
    } catch {
      if case .damage = error.reason { return nil }
      throw error
    }
  }

  /// No segment holds the next commit: a store that was never created, or one that lost its log.
  private func withoutLog(
    _ listing: DirectoryListing, chain: SnapshotChain, watermark: Watermark?
  ) throws(JournalError) -> RecoveredLog? {
    guard listing.isStore else { return nil }
    if let limit {
      let reach = listing.firstReach(behind: limit, without: damagedSnapshots)
      throw JournalError(
        .unreachable, file: directory.path, sequence: limit,
        detail: reach.map { "the files reach back to commit \($0)" }
          ?? "no file leads there any more")
    }
    let missing = FileName.segment(first: chain.to.next).text
    throw damage(
      .missingSegment, missing, from: chain.to.next,
      through: listing.segments.first?.previous ?? watermark?.durableThrough,
      detail: "no segment holds commit \(chain.to.next), the next one after the snapshots")
  }

  private func damage(
    _ kind: JournalError.Damage, _ name: String, from first: LogSequenceNumber,
    through last: LogSequenceNumber? = nil, detail: String
  ) -> JournalError {
    JournalError(
      .damage(kind), file: path(name), offset: 0, sequence: first, lastSequence: last,
      detail: detail)
  }

  private func path(_ name: String) -> String { directory.path + "/" + name }
}
