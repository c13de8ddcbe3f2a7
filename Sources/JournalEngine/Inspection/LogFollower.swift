package import FileIO
package import JournalFormat

/// Reads the commits of a log one after the other, and goes on where it stopped when there are more.
///
/// It takes no lock and never writes. Memory: a window of the segment, or the longest record. A
/// segment that a compaction removes meanwhile is read to its end, since the file stays open.
package struct LogFollower {
  package enum Step {
    case record(JournalRecord)
    /// Commits that have left the log; what came of them is in the snapshots.
    case missed(ClosedRange<LogSequenceNumber>)
    /// There is nothing more to read for now.
    case upToDate
  }

  /// A follower looks at the tail of the log again and again, which is to cost little.
  private static let windowByteCount = 64 << 10
  private static let maximumPassCount = 100

  private let directory: any Directory
  /// The next commit to report.
  package private(set) var expected: LogSequenceNumber
  private var reader: SegmentReader?
  /// The next record at the reader's place.
  private var position = LogSequenceNumber.zero
  private var store: StoreIdentity?
  /// The listing that was looked at last.
  private var listing = DirectoryListing()

  /// A follower that begins with the commit after `sequence`.
  package init(_ directory: any Directory, after sequence: LogSequenceNumber) {
    self.directory = directory
    expected = sequence.next
  }

  /// Forgets the bytes in memory: those behind the last commit that was acknowledged when they were
  /// read may since have been taken back, and others written in their place.
  package mutating func refresh() throws(JournalError) { try reader?.refresh() }

  /// What comes next.
  ///
  /// - Parameter limit: the last commit that may be reported, which is known to be in the log; `nil`
  ///   for whatever is there.
  /// - Throws: `damage` for a commit that must be there and is not; `unreachable` when the log ends
  ///   before the place that was reached, as after a rewind; `io`.
  package mutating func next(through limit: LogSequenceNumber?) throws(JournalError) -> Step {
    for _ in 0..<Self.maximumPassCount {
      // Behind the last number there is, nothing can come.
      if expected == .zero { return .upToDate }
      if let limit, expected > limit { return .upToDate }
      do throws(JournalError) {
        if reader == nil, let step = try openSegment(limit) { return step }
        if let record = try readRecord() { return .record(record) }
        if let step = try passEnd(limit) { return step }
      } catch {
        guard try hasChanged(error) else { throw error }
      }
    }
    throw JournalError(
      .unsettled, file: directory.path, sequence: expected,
      detail: "the log was compacted faster than it could be followed; try again")
  }

  /// Whether something is amiss because files came and went: a listing that is made meanwhile may miss
  /// both the old ones and those that take their place.
  private mutating func hasChanged(_ error: JournalError) throws(JournalError) -> Bool {
    switch error.reason {
    case .damage, .unreachable:
      let before = listing
      listing = try DirectoryListing.read(directory)
      return listing != before
    default: return false
    }
  }

  /// Opens the segment that holds the next commit. Returns what there is to report instead.
  private mutating func openSegment(_ limit: LogSequenceNumber?) throws(JournalError) -> Step? {
    let listing = try DirectoryListing.read(directory)
    self.listing = listing
    guard let index = listing.segments.lastIndex(where: { $0 <= expected }) else {
      guard listing.isStore else {
        throw JournalError(
          .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot"
        )
      }
      let present =
        listing.segments.first ?? listing.chain(limit: nil).last?.through.next ?? .zero
      return present > expected ? miss(through: present.previous, limit) : try wait(limit)
    }
    let first = listing.segments[index]
    do throws(JournalError) {
      reader = try SegmentReader.open(
        FileName.segment(first: first).text, in: directory, first: first,
        isLast: first == listing.segments.last, store: store)
    } catch {
      // A compaction has taken it away since the directory was listed.
      if error.isMissingFile { return nil }
      throw error
    }
    // Its header is being written.
    guard reader != nil else { return try wait(limit) }
    reader?.windowByteCount = Self.windowByteCount
    store = reader?.header.store
    position = first
    return nil
  }

  /// There is nothing to read yet, unless the next commit is known to be there: who waits for another
  /// one then would wait in silence for what is lost.
  private func wait(_ limit: LogSequenceNumber?) throws(JournalError) -> Step {
    if let limit { throw missing(from: expected, through: limit) }
    return .upToDate
  }

  /// Whoever set the limit knows nothing of what lies behind it, nor of what came of that: told to have
  /// missed it as well, the one who follows would never hear of it.
  private mutating func miss(
    through last: LogSequenceNumber, _ limit: LogSequenceNumber?
  ) -> Step {
    let last = min(last, limit ?? last)
    defer { expected = last.next }
    return .missed(expected...last)
  }

  /// The next record of the segment that is to be reported; `nil` at the segment's end.
  private mutating func readRecord() throws(JournalError) -> JournalRecord? {
    while reader != nil {
      guard case .record(let header)? = try reader?.step(expected: position), let reader else {
        return nil
      }
      position = header.sequence.next
      if header.sequence < expected { continue }
      expected = position
      let record = RecordInPlace(
        header: header, session: .init(number: reader.header.epoch), file: reader.name,
        offset: reader.recordOffset, place: reader.record)
      return JournalRecord(record, in: reader.window.span)
    }
    return nil
  }

  /// Decides what the end of what can be read means. Returns what there is to report; `nil` when
  /// there is more to be read.
  private mutating func passEnd(_ limit: LogSequenceNumber?) throws(JournalError) -> Step? {
    // The segment that was listed may be gone already.
    guard let own = reader?.header.firstSequence else { return nil }
    let listing = try DirectoryListing.read(directory)
    self.listing = listing
    // What is vouched for by a listed successor, or by the limit, is whole by now: look once more.
    try reader?.refresh()
    let place = position
    if let record = try readRecord() { return .record(record) }
    if position > place { return nil }
    let covered = listing.chain(limit: nil).last?.through ?? .zero
    if let successor = listing.segments.first(where: { $0 >= position && $0 > own }) {
      if successor == position || covered.next >= successor {
        reader = nil
        return successor > expected ? miss(through: successor.previous, limit) : nil
      }
      throw missing(from: position, through: successor.previous)
    }
    if let limit, position <= limit { throw missing(from: position, through: limit) }
    guard let reader else { return nil }
    if !listing.segments.contains(own), covered >= expected {
      self.reader = nil
      return miss(through: covered, limit)
    }
    if position < expected || reader.fileByteCount < reader.position
      || max(covered, listing.segments.last ?? .zero) < own
    {
      throw JournalError(
        .unreachable, file: directory.path, sequence: expected,
        detail: "the log does not reach the commit before any more: was the store rewound, or"
          + " replaced by a copy?")
    }
    return .upToDate
  }

  private func missing(
    from first: LogSequenceNumber, through last: LogSequenceNumber
  ) -> JournalError {
    JournalError(
      .damage(.missingCommits), file: reader?.file.path ?? directory.path,
      offset: reader?.position, sequence: first, lastSequence: last,
      detail: "the log goes on behind this place, and no record can be read here; run journal-tool"
        + " verify \(Shell.quoted(directory.path))")
  }
}
