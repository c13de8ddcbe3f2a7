package import FileIO
package import JournalFormat

/// What lies in a store's directory, by name alone.
package struct DirectoryListing: Equatable, Sendable {
  /// First sequence numbers of the segments, ascending.
  package var segments: [LogSequenceNumber] = []
  /// The snapshots' ranges, ascending by their ends.
  package var snapshots: [SnapshotRange] = []
  /// Files under construction.
  package var temporaries: [String] = []
  package var hasWatermark = false
  package var hasLock = false
  /// Whether something was set aside.
  package var hasQuarantine = false
  /// Names that are not ours.
  package var foreign: [String] = []

  package init() {}

  package static func read(_ directory: any Directory) throws(JournalError) -> DirectoryListing {
    let names: [String]
    do {
      names = try directory.list()
    } catch {
      throw JournalError(error)
    }
    var listing = DirectoryListing()
    for name in names {
      switch FileName(name) {
      case .segment(let first): listing.segments.append(first)
      case .snapshot(let range): listing.snapshots.append(range)
      case .temporary(let name): listing.temporaries.append(name)
      case .watermark: listing.hasWatermark = true
      case .lock: listing.hasLock = true
      case .quarantine: listing.hasQuarantine = true
      case nil: listing.foreign.append(name)
      }
    }
    listing.segments.sort()
    listing.snapshots.sort { ($0.through, $0.after) < ($1.through, $1.after) }
    return listing
  }

  /// Whether anything in the directory belongs to a store.
  package var isStore: Bool { !segments.isEmpty || !snapshots.isEmpty || hasWatermark }

  /// Whether there is the watermark that a copy begins with, and what is under construction, and nothing yet
  /// that has its name.
  var isUnfinishedCopy: Bool {
    segments.isEmpty && snapshots.isEmpty && hasWatermark
      && temporaries.contains { $0 != FileName.watermark.underConstruction }
  }

  /// What to say of one.
  static let unfinishedCopy =
    "no file but unfinished ones: a restore, or a first backup, was interrupted or is under way"

  /// Bytes of the segments that opening would read, as far as their sizes can be asked for.
  func logByteCount(in directory: any Directory) -> Int64 {
    let base = chain(limit: nil).last?.through ?? .zero
    let start = segments.lastIndex { $0 <= base.next } ?? segments.startIndex
    return segments[start...].clampedSum {
      directory.byteCount(of: FileName.segment(first: $0).text) ?? 0
    }
  }

  /// Refuses to begin a store among files that are not ours: by the name of one, it may be somebody's
  /// home or a system's directory that was meant to hold a new one. The root of a new disk is as good a
  /// place as an empty directory.
  func refuseOthers(in directory: any Directory) throws(JournalError) {
    guard let other = foreign.filter({ !FileName.isOfFileSystem($0) }).min() else { return }
    throw JournalError(
      .refused, file: directory.path,
      detail: "it holds something else (\(other)); a store has a directory of its own")
  }

  /// The first commit behind one that is out of reach of which the files have the state: log says nothing
  /// without what it begins with, so it is the end of a chain of snapshots. `nil` where there is none.
  func firstReach(
    behind limit: LogSequenceNumber, without damaged: Set<SnapshotRange>
  ) -> LogSequenceNumber? {
    snapshots.map(\.through).first { end in
      end > limit && chain(limit: end, without: damaged).last?.through == end
    }
  }

  /// The chain of snapshots from `start` that reaches furthest, and no further than `limit`; fewest
  /// files where several do. Oldest first; empty when there is none.
  package func chain(
    from start: LogSequenceNumber = .zero, limit: LogSequenceNumber?,
    without damaged: Set<SnapshotRange> = []
  ) -> [SnapshotRange] {
    // Ranges grow upward, so in order of their ends each is reached before it is extended.
    let usable = snapshots.filter { range in
      !damaged.contains(range) && limit.map { range.through <= $0 } ?? true
    }.sorted { ($0.through, $0.after) < ($1.through, $1.after) }
    var best: [LogSequenceNumber: (count: Int, last: SnapshotRange?)] = [start: (0, nil)]
    for range in usable {
      guard let before = best[range.after] else { continue }
      if let known = best[range.through], known.count <= before.count + 1 { continue }
      best[range.through] = (before.count + 1, range)
    }
    // Each of them knows the one before: chains as such would take the square of what names there are.
    var chain: [SnapshotRange] = []
    var end = best.keys.max() ?? start
    while let range = best[end]?.last {
      chain.append(range)
      end = range.after
    }
    return chain.reversed()
  }
}
