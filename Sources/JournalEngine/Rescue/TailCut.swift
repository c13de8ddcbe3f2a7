import FileIO
import JournalFormat

/// The end that a log gets when it is cut where it stops making sense: what recovery does to a torn
/// tail, done also where recovery refuses, because something there was once acknowledged.
struct TailCut {
  /// Where the log is cut; `nil` when every byte of the segments that stay is right.
  private(set) var cut: (name: String, offset: Int64)?
  /// Segments behind the end that hold nothing readable, the last one first.
  private(set) var removed: [String] = []
  /// The watermark that fits the new end; `nil` when the one that is there does.
  private(set) var watermark: Watermark?
  /// The last commit that stays.
  private(set) var through = LogSequenceNumber.zero
  /// Commits behind it that are lost.
  private(set) var lost: [ClosedRange<LogSequenceNumber>] = []
  /// Keys of whole commits behind the cut; at most 1,000.
  private(set) var keys: [[UInt8]] = []
  private(set) var lastName = ""

  private static let maximumKeyCount = 1000

  var isNeeded: Bool { cut != nil || !removed.isEmpty || watermark != nil }

  /// - Parameter watermark: what the file says; `nil` when it is missing or damaged.
  /// - Throws: ``JournalError/Reason/refused`` when the damage is not at the end.
  init(
    _ directory: any Directory, _ listing: DirectoryListing, damaged: Set<SnapshotRange>,
    watermark old: Watermark?
  ) throws(JournalError) {
    func refusal(_ detail: String, at sequence: LogSequenceNumber) -> JournalError {
      JournalError(
        .refused, file: directory.path, sequence: sequence,
        detail: detail + ", which is not the end of the log: repair with --mode drop-damaged")
    }
    let base = listing.chain(limit: nil, without: damaged).last?.through ?? .zero
    guard let start = listing.segments.lastIndex(where: { $0 <= base.next }) else {
      throw refusal("no segment holds commit \(base.next)", at: base.next)
    }
    var store = old?.store
    var epoch = old?.epoch ?? 0
    var expected = LogSequenceNumber.zero
    var salt: UInt64?
    var lastFirst = LogSequenceNumber.zero
    var lastSeen = LogSequenceNumber.zero
    for first in listing.segments[start...] {
      let name = FileName.segment(first: first).text
      guard let reader = try Self.open(name, first, in: directory, store: store) else {
        removed.insert(name, at: 0)
        lastSeen = max(lastSeen, first.previous)
        continue
      }
      if cut != nil || !removed.isEmpty {
        throw refusal(
          "commit \(expected) cannot be read, and segment \(name) follows", at: expected)
      }
      if let salt, salt != reader.header.previousSalt {
        throw refusal("segment \(name) does not follow the one before it", at: first)
      }
      if expected > .zero, first != expected {
        throw refusal("commits \(expected) to \(first.previous) are missing", at: expected)
      }
      store = reader.header.store
      epoch = max(epoch, reader.header.epoch)
      salt = reader.header.salt
      lastName = name
      lastFirst = first
      var walk = SegmentWalk(reader, successor: nil, watermark: old)
      try follow(&walk, expected: &expected, lastSeen: &lastSeen)
    }
    guard let store, !lastName.isEmpty else {
      throw refusal("no segment has a header that can be read", at: base.next)
    }
    through = expected.previous
    // A snapshot vouches for the log up to its end, also when it is damaged itself.
    let vouched = max(base, listing.snapshots.last?.through ?? .zero)
    if through < vouched {
      throw refusal("the log ends at \(through), before the snapshot of \(vouched)", at: expected)
    }
    let known = max(
      lastSeen, max(old?.durableThrough ?? .zero, listing.snapshots.last?.through ?? .zero))
    if known > through { lost = [through.next...known] }
    let isBegun = lastFirst == expected
    let fits =
      old.map { old in
        old.durableThrough <= through && (isBegun || !old.saysBegun(expected))
      } ?? !listing.hasWatermark
    if !fits {
      watermark = Watermark(
        store: store, durableThrough: through, epoch: epoch, writtenAt: WallClock.now,
        isNextSegmentBegun: isBegun)
    }
  }

  /// A reader of a segment; `nil` when its header is not one.
  private static func open(
    _ name: String, _ first: LogSequenceNumber, in directory: any Directory, store: StoreIdentity?
  ) throws(JournalError) -> SegmentReader? {
    do throws(JournalError) {
      return try SegmentReader.open(name, in: directory, first: first, isLast: true, store: store)
    } catch {
      guard case .damage(.header) = error.reason else { throw error }
      return nil
    }
  }

  /// Follows the records of a segment to the first place that is none, and looks at what is behind.
  private mutating func follow(
    _ walk: inout SegmentWalk, expected: inout LogSequenceNumber,
    lastSeen: inout LogSequenceNumber
  ) throws(JournalError) {
    expected = walk.expected
    while true {
      let place = walk.reader.position
      switch try walk.next() {
      case .record(let header):
        lastSeen = max(lastSeen, header.sequence)
        if cut == nil, header.sequence != expected { cut = (walk.reader.name, place) }
        if cut != nil {
          note(walk.reader.record, of: walk.reader.window.span)
          continue
        }
        expected = header.sequence.next
      case .finding(let finding):
        if let last = finding.lastSequence { lastSeen = max(lastSeen, last) }
        // An end that only the watermark objects to needs no cut.
        if cut == nil, (finding.byteCount ?? 0) > 0 {
          cut = (walk.reader.name, place)
          lastSeen = max(lastSeen, expected)
        }
      case .end:
        return
      }
    }
  }

  private mutating func note(_ record: Range<Int>, of bytes: Span<UInt8>) {
    var changes = RecordChangeReader(record: record)
    while keys.count < Self.maximumKeyCount, let change = changes.next(in: bytes) {
      switch change {
      case .put(let key, _), .remove(let key), .removePrefix(let key):
        keys.append([UInt8](copying: bytes.extracting(key)))
      case .opened, .closed, .annotation: break
      }
    }
  }

  /// Makes the end durable: first the watermark that allows it, then away with what is behind it.
  /// Interrupted anywhere, the store does not open, or it ends here.
  func apply(in directory: any Directory) throws(IOFailure) {
    // What a killed writer left may be in the page cache only, and a watermark vouches for it. It is
    // written once more, as at an opening: where a sync has failed, the next one proves nothing.
    let tail = try directory.openFile(lastName, .readWrite)
    let end = if let cut { cut.offset } else { try tail.byteCount() }
    // A hole stays one.
    try tail.copyKept(0..<end, to: tail, at: 0)
    try tail.sync()
    if let watermark { try WatermarkFile.write(watermark, in: directory) }
    for name in removed {
      try directory.remove(name)
      // In this order also after a power cut: a segment behind one that is gone would be a gap.
      try directory.sync()
    }
    if let cut {
      let file = try directory.openFile(cut.name, .readWrite)
      try file.truncate(to: cut.offset)
      try file.sync()
    }
  }
}
