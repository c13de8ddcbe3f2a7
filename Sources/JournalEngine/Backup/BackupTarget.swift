import FileIO
import JournalFormat

/// What a backup's directory holds before a run, and what of it can stay.
struct BackupTarget {
  let directory: any Directory
  let listing: DirectoryListing
  /// The last commit; `nil` when there is no store yet, or none that opens.
  private(set) var through: LogSequenceNumber?
  private(set) var store: StoreIdentity?
  /// The last segment and where its valid records end; what is behind them is an append that was
  /// interrupted.
  private(set) var tail: RecoveredLog.Tail?
  /// What all commits up to the last one sum up to.
  private var history = HistoryChecksum.empty
  /// Where the last record begins.
  private var lastRecordOffset: Int64?
  /// How far any of its files claims to reach.
  private(set) var claimed: LogSequenceNumber

  init(_ directory: any Directory, onOpening: ReplayObserver? = nil) throws(JournalError) {
    self.directory = directory
    listing = try DirectoryListing.read(directory)
    claimed = max(
      listing.snapshots.last?.through ?? .zero, listing.segments.last?.previous ?? .zero)
    do throws(JournalError) {
      let log = try LogLoader.load(
        directory, for: .reader, keeping: .nothing, onProgress: onOpening)
      guard let log else { return }
      store = log.store
      through = log.report.lastSequence
      claimed = max(claimed, log.report.durableSequence, log.report.lastSequence)
      history = log.history
      if log.headerlessSegment == nil { tail = log.tail }
      try findLastRecord()
    } catch {
      // An interrupted first run, or a backup that went bad: everything is copied anew.
      guard case .damage = error.reason else { throw error }
      store = (try? WatermarkFile.read(directory))??.store
    }
  }

  /// Whether nothing of a store is there.
  var isEmpty: Bool { listing.segments.isEmpty && listing.snapshots.isEmpty }

  private mutating func findLastRecord() throws(JournalError) {
    guard let tail else { return }
    var reader = SegmentReader(
      file: tail.file, name: tail.name, header: tail.header, fileByteCount: tail.end)
    var expected = tail.header.firstSequence
    while case .record = try reader.step(expected: expected) {
      lastRecordOffset = reader.recordOffset
      expected = expected.next
    }
  }

  /// Where the valid records of a segment end here; `nil` when it is not the one that goes on.
  func end(of name: String) -> Int64? { tail?.name == name ? tail?.end : nil }

  /// Whether the same snapshot is here: the same salt, so written by the same compaction.
  func has(_ snapshot: SnapshotReader) throws(JournalError) -> Bool {
    guard through != nil else { return false }
    return try has(
      snapshot.name, headerOf: snapshot.source.file, byteCount: SnapshotHeader.byteCount,
      fileByteCount: snapshot.summary.byteCount)
  }

  /// Whether a segment that does not grow any more is here from its first byte to its last.
  func hasAll(of segment: SegmentReader) throws(JournalError) -> Bool {
    // The length alone says nothing where a copy was under way when the power failed.
    guard through != nil, end(of: segment.name).map({ $0 == segment.fileByteCount }) ?? true
    else { return false }
    return try has(
      segment.name, headerOf: segment.file, byteCount: SegmentHeader.byteCount,
      fileByteCount: segment.fileByteCount)
  }

  private func has(
    _ name: String, headerOf source: any File, byteCount: Int, fileByteCount: Int64
  ) throws(JournalError) -> Bool {
    do throws(IOFailure) {
      let own = try directory.openFile(name, .read)
      guard try own.byteCount() == fileByteCount else { return false }
      return try own.equals(source, in: 0..<Int64(byteCount))
    } catch {
      if error.isMissing { return false }
      throw JournalError(error)
    }
  }

  /// Refuses a source whose history is not the one that the backup holds so far. Whatever the reason
  /// (a rewind, a restored backup, commits lost in a power cut), what is here may be all that is left
  /// of it.
  func checkHistory(of source: BackupSource) throws(JournalError) {
    func refusal(_ detail: String) -> JournalError {
      JournalError(
        .refused, file: directory.path, sequence: claimed,
        detail: "\(detail); keep this backup and begin a new one in an empty directory")
    }
    if let store, store != source.store {
      throw refusal("it is of store \(store), and the source is store \(source.store)")
    }
    if claimed > source.through {
      throw refusal(
        "it reaches commit \(claimed), and the source ends at \(source.through): the source was"
          + " rewound, restored or has lost its last commits")
    }
    guard let through else { return }
    let known =
      source.snapshots.first { $0.summary.to == through }?.summary.historyThrough
      ?? source.snapshots.first { $0.summary.from == through }?.summary.historyBefore
      ?? source.segments.first { $0.first == through.next }?.reader.header.history
    if let known, known != history {
      throw refusal("the source went on after commit \(through) from another history")
    }
    guard let tail else { return }
    if let same = source.segments.first(where: { $0.name == tail.name }) {
      var isSame = same.reader.header == tail.header && same.end >= tail.end
      if isSame, let offset = lastRecordOffset {
        do throws(IOFailure) {
          isSame = try same.reader.file.equals(
            tail.file, in: offset..<(offset + Int64(RecordHeader.byteCount)))
        } catch {
          throw JournalError(error)
        }
      }
      if !isSame { throw refusal("its commits up to \(through) are not those of the source") }
    } else if let next = source.segments.first(where: { $0.first == through.next }) {
      if next.reader.header.previousSalt != tail.header.salt {
        throw refusal("the source went on after commit \(through) from another history")
      }
    } else if let first = source.segments.first?.first, first < tail.header.firstSequence {
      // The source holds these commits, in segments that begin elsewhere.
      throw refusal("its commits up to \(through) are not those of the source")
    }
  }

  /// Whether the log goes on in the source where it ends here, so that each new file can take its
  /// name in an order that leaves a whole store at every moment.
  func isContinued(by source: BackupSource) -> Bool {
    guard let through, let tail else { return false }
    return source.segments.contains { $0.name == tail.name || $0.first == through.next }
  }
}

extension File {
  /// Whether both files hold the same bytes in a range.
  fileprivate func equals(_ other: any File, in range: Range<Int64>) throws(IOFailure) -> Bool {
    let count = Int(range.upperBound - range.lowerBound)
    var own = [UInt8](repeating: 0, count: count)
    var others = own
    let ownCount = try readFully(into: &own, range: 0..<count, at: range.lowerBound)
    let otherCount = try other.readFully(into: &others, range: 0..<count, at: range.lowerBound)
    return ownCount == count && otherCount == count && own == others
  }
}
