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

  /// What may go, and what was found on the way to that.
  struct Plan {
    var names: [FileName] = []
    /// Snapshots that turned out damaged and were thought to be sound; they count for nothing.
    var damaged: [SnapshotRange: JournalError] = [:]
    /// Snapshots that could not be read.
    var unreadable: [SnapshotRange: JournalError] = [:]
    /// What is wrong with all of them, in the order of their names.
    var damages: [JournalError] {
      (Array(damaged.values) + unreadable.values).sorted { $0.file < $1.file }
    }
  }

  /// The files that may go. Snapshots known to be `damaged` count for nothing, and others for what
  /// their ends promise, but on the way to a pinned commit for what their blocks say.
  static func plan(
    _ directory: any Directory, chain: SnapshotChain, without damaged: Set<SnapshotRange>,
    options: JournalOptions, pinned: PinnedCommits
  ) throws(JournalError) -> Plan {
    let listing = try DirectoryListing.read(directory)
    pinned.proof.keep(listing.snapshots)
    var plan = Plan()
    // Another process has replaced what this chain is read from: it supersedes nothing.
    guard chain.ranges.allSatisfy(listing.snapshots.contains) else { return plan }
    var sound = Set(chain.ranges).subtracting(damaged)
    for range in listing.snapshots where !sound.contains(range) && !damaged.contains(range) {
      do {
        _ = try SnapshotReader(
          opening: FileName.snapshot(range).text, in: directory, expecting: chain.store,
          covering: (from: range.after, to: range.through))
        sound.insert(range)
      } catch {
        if case .damage = error.reason { continue }
        plan.unreadable[range] = error
      }
    }
    // One that cannot be opened this time may be what a retained past rests on.
    if options.retainedHistory != nil, !plan.unreadable.isEmpty { return plan }
    var pace = pinned.pace
    while true {
      let names = removable(
        listing, current: chain.ranges, sound: sound,
        generationCount: options.retainedGenerationCount)
      guard !names.isEmpty else { return plan }
      var kept: Set<FileName> = []
      if let history = options.retainedHistory {
        kept = ReachBack(listing, sound: sound).files(
          of: history, removable: Set(names), now: options.clock(),
          createdAt: { creationTime(ofSegment: $0, in: directory) },
          byteCount: { directory.byteCount(of: $0.text) ?? 0 })
      }
      let damagedCount = plan.damaged.count
      if !pinned.commits.isEmpty {
        kept.formUnion(
          pinned.files(listing, removable: Set(names).subtracting(kept)) { range in
            guard sound.contains(range) else { return false }
            switch pinned.proof.check(
              range, in: directory, of: chain.store, pace: &pace, until: pinned.isEnough)
            {
            case .sound: return true
            case .unknown: return false
            case .unreadable(let error):
              plan.unreadable[range] = error
              return false
            case .damaged(let error):
              plan.damaged[range] = error
              return false
            }
          })
      }
      if plan.damaged.count == damagedCount {
        plan.names = names.filter { !kept.contains($0) }
        return plan
      }
      // What a damaged snapshot covers is not superseded by it.
      sound.subtract(plan.damaged.keys)
    }
  }

  /// The same where nobody may have read the blocks of `chain`, as a compaction has that has merged it:
  /// where something would go, all of them are read, and unless each is right, everything stays. Else a rotten
  /// one could be all that is left of what goes.
  static func unreadPlan(
    _ directory: any Directory, chain: SnapshotChain, without damaged: Set<SnapshotRange>,
    options: JournalOptions, pinned: PinnedCommits
  ) throws(JournalError) -> Plan {
    var plan = try plan(
      directory, chain: chain, without: damaged, options: options, pinned: pinned)
    guard !plan.names.isEmpty,
      let (range, answer) = pinned.proof.firstDoubt(
        among: chain.ranges, in: directory, of: chain.store)
    else { return plan }
    plan.names = []
    switch answer {
    case .damaged(let error): plan.damaged[range] = error
    case .unreadable(let error): plan.unreadable[range] = error
    case .sound, .unknown: break
    }
    return plan
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
  /// - Parameters:
  ///   - names: as ``plan(_:chain:without:options:pinned:)`` has them.
  ///   - remove: removes a file, of which so many are left with it; false when they stay for the next
  ///     sweep.
  static func sweep(
    _ names: [FileName], in directory: any Directory,
    remove: (_ name: String, _ leftCount: Int) throws(IOFailure) -> Bool
  ) throws(JournalError) -> [String] {
    do {
      // After the listing: what takes their place may have its name in the page cache only. That is
      // the new snapshot, one of a compaction that was killed, and the segment that a writer beside us
      // is just beginning.
      try directory.sync()
      guard !names.isEmpty else { return [] }
      var gone: [String] = []
      while gone.count < names.count, try remove(names[gone.count].text, names.count - gone.count) {
        gone.append(names[gone.count].text)
      }
      try directory.sync()
      return gone
    } catch {
      throw JournalError(error)
    }
  }

  /// The same where nobody stands in its way.
  static func sweep(_ plan: Plan, in directory: any Directory) throws(JournalError) -> [String] {
    try sweep(plan.names, in: directory) { (name, _) throws(IOFailure) in
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
