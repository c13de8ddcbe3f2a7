import FileIO
import JournalFormat

/// Everything that the files of a store still say about its state, as layers of one merge: for each
/// key the newest value that can be read.
///
/// A sound snapshot has the last word about its range of commits. Where one is damaged, what older
/// files and the log have left of the same range fills the holes, and so on downwards.
struct RescueLayers {
  /// The newest first.
  private(set) var layers: [MergeCursor.Layer] = []
  /// Keys that no file says anything about for a part of the history.
  private(set) var lostKeys: [InspectionFinding.KeyRange] = []
  /// Commits that neither snapshots nor records have.
  private(set) var lostSequences: [ClosedRange<LogSequenceNumber>] = []
  /// The last commit that anything is left of, or that anything vouches for.
  private(set) var through = LogSequenceNumber.zero
  /// Records that were read from the log.
  private(set) var recordCount = 0

  private let directory: any Directory
  private let listing: DirectoryListing
  private let log: RescueLog

  /// - Parameters:
  ///   - unusable: snapshots of which not even a part is used.
  ///   - known: how far the log is known to have reached.
  init(
    _ directory: any Directory, _ listing: DirectoryListing, log: RescueLog,
    unusable: Set<SnapshotRange>, known: LogSequenceNumber
  ) throws(JournalError) {
    self.directory = directory
    self.listing = listing
    self.log = log
    let base = listing.chain(limit: nil, without: unusable).last?.through ?? .zero
    try fill(
      after: .zero, through: LogSequenceNumber(.max), KeyHoles.everything, without: unusable)
    let (last, lost) = try log.gaps(after: base)
    lostSequences = lost
    through = max(last, base, listing.snapshots.last?.through ?? .zero, known)
    if last < through { lostSequences.append(last.next...through) }
  }

  /// Adds what is left of the commits in a range, as far as it is about keys in holes.
  private mutating func fill(
    after start: LogSequenceNumber, through end: LogSequenceNumber, _ holes: KeyHoles,
    without excluded: Set<SnapshotRange>
  ) throws(JournalError) {
    let chain = listing.chain(from: start, limit: end, without: excluded)
    let reach = chain.last?.through ?? start
    if reach < end {
      let (table, spilled, count) = try log.replay(after: reach, through: end, holes)
      recordCount += count
      if !table.isEmpty { layers.append(table.layer()) }
      layers += spilled.layers()
    }
    for range in chain.reversed() {
      let snapshot = try SalvagedSnapshot.read(range, in: directory, store: log.store)
      layers.append(
        MergeCursor.Layer(
          snapshot.cursor(in: holes), removedPrefixes: snapshot.removedPrefixes))
      let left = holes.intersection(snapshot.holes)
      if left.isEmpty { continue }
      let count = layers.count
      try fill(
        after: range.after, through: range.through, left, without: excluded.union([range]))
      // Where not even a part of the history is left, nobody knows what the keys held.
      if layers.count == count || !log.covers(range, listing, without: excluded.union([range])) {
        lostKeys += left.ranges
      }
    }
  }

  /// The state, in order of the keys. Once.
  func cursor() -> MergeCursor { MergeCursor(newestFirst: layers, droppingRemovals: true) }
}
