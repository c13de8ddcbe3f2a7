import JournalFormat

/// The headers of fixed size: of segments, of snapshots, and the watermark. The same bytes go to
/// all three.
struct HeaderTarget: FuzzTarget {
  private static let store = StoreIdentity(high: 0x0123_4567_89AB_CDEF, low: 42)

  let name = "header"
  let seeds: [[UInt8]] = {
    var snapshot: [UInt8] = []
    SnapshotHeader(
      identity: store, from: .zero, to: LogSequenceNumber(9), salt: 7, createdAt: 1,
      historyBefore: .empty, historyThrough: HistoryChecksum(9)
    ).encode(into: &snapshot)
    let segment = SegmentHeader(
      store: store, firstSequence: LogSequenceNumber(1), salt: 7, previousSalt: 0,
      history: .empty, epoch: 1, createdAt: 1)
    let watermark = Watermark(
      store: store, durableThrough: LogSequenceNumber(9), epoch: 1, writtenAt: 1,
      isNextSegmentBegun: true)
    return [segment.encoded(), watermark.encoded(), snapshot, [], [UInt8](repeating: 0, count: 80)]
  }()
  let tokens: [[UInt8]] = [SegmentHeader.magic, Watermark.magic, SnapshotHeader.magic]
  let maximumByteCount = 160

  func repair(_ input: inout [UInt8]) {
    let count = input.starts(with: Watermark.magic) ? Watermark.byteCount : SegmentHeader.byteCount
    guard input.count >= count else { return }
    input.storeUInt32(CRC32C.checksum(input.span.extracting(0..<(count - 4))), at: count - 4)
  }

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    let segment = SegmentHeader.decode(input.span)
    if let header = try check(segment, SegmentHeader.byteCount, input, &behaviour) {
      try FuzzViolation.unless(header.firstSequence > .zero, "a segment from commit 0")
      try FuzzViolation.unless(
        SegmentHeader.decode(header.encoded().span) == segment, "\(header) comes back as another")
    }
    let watermark = Watermark.decode(input.span)
    if let content = try check(watermark, Watermark.byteCount, input, &behaviour) {
      try FuzzViolation.unless(
        Watermark.decode(content.encoded().span) == watermark, "\(content) comes back as another")
    }
    do throws(SnapshotDefect) {
      let header = try SnapshotHeader(decoding: input.span)
      behaviour.note("snapshot")
      var bytes: [UInt8] = []
      header.encode(into: &bytes)
      let again = try? SnapshotHeader(decoding: bytes.span)
      if again == header, header.from < header.to { return }
    } catch {
      return behaviour.note(error.caseName)
    }
    throw FuzzViolation("the header of a snapshot comes back as another")
  }

  private func check<Header>(
    _ verdict: HeaderVerdict<Header>, _ byteCount: Int, _ input: [UInt8],
    _ behaviour: inout Behaviour
  ) throws(FuzzViolation) -> Header? {
    switch verdict {
    case .unwritten:
      behaviour.note(1)
      try FuzzViolation.unless(
        input.prefix(byteCount).allSatisfy { $0 == 0 }, "called unwritten, and is not zero")
      return nil
    case .damaged:
      behaviour.note(2)
      return nil
    case .newer(let version):
      behaviour.note(3)
      try FuzzViolation.unless(version > FormatVersion.current, "version \(version) is not newer")
      return nil
    case .valid(let header):
      behaviour.note(4)
      let covered = input.span.extracting(0..<(byteCount - 4))
      try FuzzViolation.unless(
        CRC32C.portableChecksum(covered) == input.span.loadUInt32(at: byteCount - 4),
        "believed although the checksum is wrong")
      return header
    }
  }
}

extension SnapshotDefect {
  /// The case, without the numbers that come with it.
  var caseName: String {
    switch self {
    case .short: "short"
    case .magic: "magic"
    case .checksum: "checksum"
    case .newerVersion: "newer version"
    case .malformed(let rule): rule.rawValue
    }
  }
}
