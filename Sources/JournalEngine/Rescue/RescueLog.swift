import FileIO
import JournalFormat

/// The log as a rescue reads it: every record that is whole, past damage, also from a segment whose
/// header is damaged, as long as it can be told what its checksums begin with (``UnheadedSegment``).
struct RescueLog {
  /// The store, by its watermark or else the first file that says.
  let store: StoreIdentity?
  /// The highest epoch found.
  let epoch: UInt64
  /// The first commits of the segments that are read.
  let firsts: [LogSequenceNumber]
  /// How far the names of the segments that are not foreign say that the log went: each begins where
  /// the one before ended.
  let named: LogSequenceNumber
  /// Segments that belong to another store or another history, and are not read.
  let foreign: [JournalError]

  private let directory: any Directory
  private let watermark: Watermark?

  init(
    _ directory: any Directory, _ listing: DirectoryListing, watermark: Watermark?
  ) throws(JournalError) {
    self.directory = directory
    self.watermark = watermark
    var store = watermark?.store
    for range in listing.snapshots where store == nil {
      store =
        (try? SnapshotSource(opening: FileName.snapshot(range).text, in: directory))?
        .header.identity
    }
    var epoch = watermark?.epoch ?? 0
    var firsts: [LogSequenceNumber] = []
    var named = LogSequenceNumber.zero
    var foreign: [JournalError] = []
    var before: SegmentHeader?
    for first in listing.segments {
      let header: SegmentHeader?
      do throws(JournalError) {
        header = try Self.header(of: first, in: directory, store: store)
      } catch {
        switch error.reason {
        case .damage(.foreignStore): foreign.append(error)
        case .damage:
          // The header is damaged; its records may still be read.
          before = nil
          firsts.append(first)
          named = first.previous
        default: throw error
        }
        continue
      }
      guard let header else {
        named = first.previous
        continue
      }
      let isForeign: Bool
      if foreign.last?.reason == .damage(.foreignHistory) {
        isForeign = true
      } else if let before, header.previousSalt != 0, header.previousSalt != before.salt {
        // Behind a segment that is missing, the salts cannot agree.
        isForeign = try Self.end(of: before, in: directory, store: store).next == first
      } else {
        isForeign = false
      }
      // Which of two histories is the right one, nobody can tell; the one that began is kept. A new
      // beginning (no salt before it) is none.
      if isForeign {
        foreign.append(Self.foreignHistory(first, in: directory))
        continue
      }
      store = store ?? header.store
      epoch = max(epoch, header.epoch)
      before = header
      firsts.append(first)
      named = first.previous
    }
    self.store = store
    self.epoch = epoch
    self.firsts = firsts
    self.named = named
    self.foreign = foreign
  }

  /// The last commit in a segment that can be read.
  private static func end(
    of header: SegmentHeader, in directory: any Directory, store: StoreIdentity?
  ) throws(JournalError) -> LogSequenceNumber {
    let first = header.firstSequence
    guard
      let reader = try SegmentReader.open(
        FileName.segment(first: first).text, in: directory, first: first, isLast: true,
        store: store)
    else { return first.previous }
    var walk = SegmentWalk(reader, successor: nil, watermark: nil)
    walk: while true {
      if case .end = try walk.next() { break walk }
    }
    return walk.expected.previous
  }

  private static func foreignHistory(
    _ first: LogSequenceNumber, in directory: any Directory
  ) -> JournalError {
    JournalError(
      .damage(.foreignHistory),
      file: directory.path + "/" + FileName.segment(first: first).text, offset: 48,
      sequence: first,
      detail: "the segment does not follow the ones before it; was a backup mixed in?")
  }

  private static func header(
    of first: LogSequenceNumber, in directory: any Directory, store: StoreIdentity?
  ) throws(JournalError) -> SegmentHeader? {
    try SegmentReader.open(
      FileName.segment(first: first).text, in: directory, first: first, isLast: true, store: store
    )?.header
  }

  /// Replays the records of a range of commits, as far as they are about keys in holes. Removals by
  /// prefix are replayed as they are: what they hide is older in any case.
  ///
  /// - Returns: what they change, as a frozen table and what did not fit in it, and their number.
  func replay(
    after start: LogSequenceNumber, through end: LogSequenceNumber, _ holes: KeyHoles
  ) throws(JournalError) -> (ChangeTable, spilled: SnapshotChain, count: Int) {
    var changes = ReplayedChanges(.bounded, behind: start, in: directory)
    var count = 0
    var last = start
    try forEachRecord(after: start, through: end) { header, range, bytes in
      // A record with a number that was there before belongs to no history that can be told.
      guard header.sequence > last else { return }
      last = header.sequence
      count += 1
      let table = changes.table
      var reader = RecordChangeReader(record: range)
      while let change = reader.next(in: bytes) {
        switch change {
        case .put(let key, let value):
          guard holes.contains(bytes.extracting(key)) else { continue }
          table.put(
            key: bytes.extracting(key), value: bytes.extracting(value), at: header.sequence)
        case .remove(let key):
          guard holes.contains(bytes.extracting(key)) else { continue }
          table.remove(key: bytes.extracting(key), at: header.sequence)
        case .removePrefix(let prefix):
          table.removePrefix(bytes.extracting(prefix), at: header.sequence)
        case .opened, .closed, .annotation: break
        }
      }
      changes.settle(through: last)
    }
    changes.table.freeze()
    return (changes.table, changes.spilled, count)
  }

  /// The last commit whose record can be read, or that a name vouches for, and the commits behind
  /// `start` before it whose records cannot.
  func gaps(
    after start: LogSequenceNumber
  ) throws(JournalError) -> (LogSequenceNumber, [ClosedRange<LogSequenceNumber>]) {
    var last = start
    var gaps: [ClosedRange<LogSequenceNumber>] = []
    try forEachRecord(after: start, through: LogSequenceNumber(.max)) { header, _, _ in
      guard header.sequence > last else { return }
      if last.next < header.sequence { gaps.append(last.next...header.sequence.previous) }
      last = header.sequence
    }
    if last < named {
      gaps.append(last.next...named)
      last = named
    }
    return (last, gaps)
  }

  /// Whether snapshots and records are left of every commit in a range.
  func covers(
    _ range: SnapshotRange, _ listing: DirectoryListing, without excluded: Set<SnapshotRange>
  ) -> Bool {
    let chain = listing.chain(from: range.after, limit: range.through, without: excluded)
    let reach = chain.last?.through ?? range.after
    if reach == range.through { return true }
    guard let (_, gaps) = try? gaps(after: reach) else { return false }
    return !gaps.contains { $0.lowerBound <= range.through }
      && firsts.contains { $0 <= reach.next }
  }

  /// Calls `body` with every whole record in a range of commits, segment by segment.
  private func forEachRecord(
    after start: LogSequenceNumber, through end: LogSequenceNumber,
    _ body: (RecordHeader, Range<Int>, Span<UInt8>) -> Void
  ) throws(JournalError) {
    let begin = firsts.lastIndex { $0 <= start.next } ?? 0
    for index in begin..<max(begin, firsts.count) where firsts[index] <= end {
      let successor = index + 1 < firsts.count ? firsts[index + 1] : nil
      guard let reader = try reader(of: firsts[index]) else { continue }
      var walk = SegmentWalk(reader, successor: successor, watermark: watermark)
      walk: while true {
        switch try walk.next() {
        case .record(let header):
          guard header.sequence > start else { continue }
          if header.sequence > end { return }
          body(header, walk.reader.record, walk.reader.window.span)
        case .finding: continue
        case .end: break walk
        }
      }
    }
  }

  /// The name of a segment in which only a record is left that nothing bears out.
  func unprovenSegment() throws(JournalError) -> String? {
    for first in firsts {
      let name = FileName.segment(first: first).text
      if (try? SegmentReader.open(name, in: directory, first: first, isLast: true, store: store))
        == nil, try UnheadedSegment(first, in: directory, store: store).hasUnprovenRecord
      {
        return name
      }
    }
    return nil
  }

  /// A reader of a segment; `nil` when it never got a header.
  private func reader(of first: LogSequenceNumber) throws(JournalError) -> SegmentReader? {
    let name = FileName.segment(first: first).text
    do throws(JournalError) {
      return try SegmentReader.open(name, in: directory, first: first, isLast: true, store: store)
    } catch {
      guard case .damage(.header) = error.reason else { throw error }
    }
    return try UnheadedSegment(first, in: directory, store: store).reader
  }
}
