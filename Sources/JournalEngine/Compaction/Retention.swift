import FileIO
package import JournalFormat

/// Which files may go. A superseded file stays until enough generations of snapshots cover it, so
/// that the state survives the loss of any one of them.
package enum Retention {
  /// The names of files that may be removed.
  ///
  /// - Parameters:
  ///   - current: the ranges of the chain in use: only what it covers is superseded at all.
  ///   - sound: the ranges of all snapshots that can be opened.
  ///   - generationCount: how many snapshots must cover a file beside the newest one.
  package static func removable(
    _ listing: DirectoryListing, current: [SnapshotRange], sound: Set<SnapshotRange>,
    generationCount: Int
  ) -> [FileName] {
    func isCovered(_ range: SnapshotRange, by others: Set<SnapshotRange>) -> Bool {
      let cover = others.filter { $0.covers(range) }
      return cover.contains { current.contains($0) } && cover.count > generationCount
    }
    var names = listing.snapshots.filter { range in
      !current.contains(range) && isCovered(range, by: sound.subtracting([range]))
    }.map(FileName.snapshot)
    // The last segment is never superseded: it is where the log goes on.
    for (first, next) in zip(listing.segments, listing.segments.dropFirst()) {
      if isCovered(SnapshotRange(after: first.previous, through: next.previous), by: sound) {
        names.append(.segment(first: first))
      }
    }
    return names
  }

  /// The names of files that may go. Snapshots known to be `damaged` count
  /// for nothing, and others for what their ends promise.
  ///
  /// - Parameter pinned: commits that stay within reach if they are.
  static func plan(
    _ directory: any Directory, chain: SnapshotChain, without damaged: Set<SnapshotRange>,
    options: JournalOptions, pinned: Set<LogSequenceNumber>
  ) throws(JournalError) -> [FileName] {
    let listing = try DirectoryListing.read(directory)
    var sound = Set(chain.ranges).subtracting(damaged)
    for range in listing.snapshots where !sound.contains(range) && !damaged.contains(range) {
      let reader = try? SnapshotReader(
        opening: FileName.snapshot(range).text, in: directory, expecting: chain.store,
        covering: (from: range.after, to: range.through))
      if reader != nil { sound.insert(range) }
    }
    let names = removable(
      listing, current: chain.ranges, sound: sound,
      generationCount: options.retainedGenerationCount)
    guard !names.isEmpty else { return [] }
    let reach = ReachBack(listing, sound: sound)
    var kept = pinned.reduce(into: Set<FileName>()) { $0.formUnion(reach.files(for: $1)) }
    if let history = options.retainedHistory {
      kept.formUnion(
        reach.files(
          of: history, removable: Set(names), now: options.clock(),
          createdAt: { creationTime(ofSegment: $0, in: directory) },
          byteCount: { directory.byteCount(of: $0.text) ?? 0 }))
    }
    return names.filter { !kept.contains($0) }
  }

  private static func creationTime(
    ofSegment first: LogSequenceNumber, in directory: any Directory
  ) -> Int64? {
    let reader = try? SegmentReader.open(
      FileName.segment(first: first).text, in: directory, first: first, isLast: false, store: nil)
    return reader?.header.createdAt
  }

  /// Makes the names of the chain in use durable, its content being so, removes what may go, and
  /// returns the names of those that went. Called with the compaction lock held. A crash in between
  /// leaves files that the next sweep removes.
  ///
  /// - Parameter remove: removes a file, of which so many are left with it; false when they stay for the
  ///   next sweep.
  static func sweep(
    _ directory: any Directory, chain: SnapshotChain, without damaged: Set<SnapshotRange>,
    options: JournalOptions, pinned: Set<LogSequenceNumber>,
    remove: (_ name: String, _ leftCount: Int) throws(IOFailure) -> Bool
  ) throws(JournalError) -> [String] {
    let names = try plan(
      directory, chain: chain, without: damaged, options: options, pinned: pinned
    ).map(\.text)
    do {
      // After the listing: what takes their place may have its name in the page cache only. That is
      // the new snapshot, one of a compaction that was killed, and the segment that a writer beside us
      // is just beginning.
      try directory.sync()
      guard !names.isEmpty else { return [] }
      var gone: [String] = []
      while gone.count < names.count, try remove(names[gone.count], names.count - gone.count) {
        gone.append(names[gone.count])
      }
      try directory.sync()
      return gone
    } catch {
      throw JournalError(error)
    }
  }

  /// The same where nobody stands in its way.
  static func sweep(
    _ directory: any Directory, chain: SnapshotChain, without damaged: Set<SnapshotRange>,
    options: JournalOptions, pinned: Set<LogSequenceNumber>
  ) throws(JournalError) -> [String] {
    try sweep(directory, chain: chain, without: damaged, options: options, pinned: pinned) {
      (name, _) throws(IOFailure) in
      try directory.remove(name)
      return true
    }
  }

  /// Removes snapshots that a compaction did not finish. Called with the compaction lock held, so
  /// whoever was writing them is gone.
  static func sweepUnfinished(_ directory: any Directory) throws(JournalError) {
    let listing = try DirectoryListing.read(directory)
    for name in listing.temporaries where name != FileName.watermark.underConstruction {
      do {
        try directory.remove(name)
      } catch {
        if !error.isMissing { throw JournalError(error) }
      }
    }
  }
}
