import FileIO
package import JournalFormat

/// Which files it takes to give the state as of past commits.
package struct ReachBack {
  private let segments: [LogSequenceNumber]
  private let listing: DirectoryListing
  private let snapshots: DirectoryListing

  /// - Parameter sound: the ranges of the snapshots that count.
  package init(_ listing: DirectoryListing, sound: Set<SnapshotRange>) {
    segments = listing.segments
    self.listing = listing
    var usable = listing
    usable.snapshots.removeAll { !sound.contains($0) }
    snapshots = usable
  }

  /// The files that give the state as of one commit, as recovery would choose them, and runs among the
  /// log that stand in for what it has lost, which names do not tell; none when it is out of reach
  /// already.
  package func files(for commit: LogSequenceNumber) -> Set<FileName> {
    let chain = snapshots.chain(limit: commit)
    let end = chain.last?.through ?? .zero
    var names = Set(chain.map(FileName.snapshot))
    if end == commit { return names }
    guard let index = segments.lastIndex(where: { $0 <= end.next }) else { return [] }
    for first in segments[index...] where first <= commit { names.insert(.segment(first: first)) }
    for range in snapshots.snapshots where range.after > end && range.through <= commit {
      names.insert(.snapshot(range))
    }
    return names
  }

  /// All files that may have a part in giving the state as of a commit, whichever of them turns out
  /// damaged: beside what ``files(for:)`` says, earlier generations, the log behind each of them, and
  /// runs that hold what the log has lost.
  package func files(upTo commit: LogSequenceNumber) -> Set<FileName> {
    var names = Set(segments.filter { $0 <= commit }.map { FileName.segment(first: $0) })
    for range in snapshots.snapshots where range.through <= commit {
      names.insert(.snapshot(range))
    }
    return names
  }

  /// The first commit whose state one of these files may have a part in giving, by
  /// ``files(upTo:)``; nil of none.
  package func firstUse(of names: Set<FileName>) -> LogSequenceNumber? {
    let firsts = segments.filter { names.contains(.segment(first: $0)) }
    let ends = snapshots.snapshots.filter { names.contains(.snapshot($0)) }.map(\.through)
    return (firsts + ends).min()
  }

  /// The files that give the state as of every commit from the end of what stands before a segment.
  ///
  /// Snapshots made since are among them: on one of these what stays will rest when it has become
  /// shorter, and damaged ones are what can be salvaged. Compactions write them in proportion to the log.
  package func files(from segment: LogSequenceNumber) -> Set<FileName> {
    let oldest = segment.previous
    var names = files(for: oldest)
    for first in segments where first >= segment { names.insert(.segment(first: first)) }
    for range in listing.snapshots where range.through > oldest { names.insert(.snapshot(range)) }
    return names
  }
}

extension ReachBack {
  /// The files that a retained history takes.
  ///
  /// - Parameters:
  ///   - removable: what could go otherwise; only these count as bytes of history.
  ///   - now: in nanoseconds since 1970.
  ///   - createdAt: when a segment was begun; `nil` where that cannot be told, and then the segment
  ///     counts as young.
  ///   - byteCount: the size of a file; asked once at most for each that may go, since the answer may
  ///     take opening it.
  package func files(
    of history: RetainedHistory, removable: Set<FileName>, now: Int64,
    createdAt: (LogSequenceNumber) -> Int64?, byteCount: (FileName) -> Int64
  ) -> Set<FileName> {
    guard let oldest = segments.first else { return [] }
    switch history {
    case .duration(let duration):
      let (limit, overflow) = now.subtractingReportingOverflow(duration.clampedNanoseconds)
      // The state at the limit is that of a commit in the last segment begun before it, or of the end
      // of the one before that.
      let begun =
        overflow
        ? nil : segments.last { first in createdAt(first).map { $0 <= limit } ?? false }
      return files(from: begun ?? oldest)
    case .bytes(let limit):
      // What ``files(from:)`` says: what lies behind the place only grows as that goes back, so it is
      // counted once, and beside it what leads to the place.
      var known: [FileName: Int64] = [:]
      func size(_ name: FileName) -> Int64 {
        guard removable.contains(name) else { return 0 }
        if let size = known[name] { return size }
        let size = byteCount(name)
        known[name] = size
        return size
      }
      var begun: LogSequenceNumber?
      var behind: Int64 = 0
      var earlier = snapshots.snapshots[...]
      for first in segments.reversed() {
        behind.add(clamping: size(.segment(first: first)))
        while let range = earlier.last, range.through > first.previous {
          behind.add(clamping: size(.snapshot(range)))
          earlier.removeLast()
        }
        let leading = files(for: first.previous).clampedSum(of: size)
        if behind.adding(clamping: leading) > limit { break }
        begun = first
      }
      return begun.map(files(from:)) ?? []
    }
  }
}

extension Duration {
  /// In nanoseconds, as far as they fit.
  fileprivate var clampedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }
}
