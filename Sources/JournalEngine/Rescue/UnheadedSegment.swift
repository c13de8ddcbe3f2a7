import FileIO
import JournalFormat

/// A segment whose header is damaged, and what makes its records readable all the same.
///
/// All that a reader needs of a header and cannot do without is what the salt comes to, since that is
/// what the checksum of each record starts from. Up to three say so: the salt as it stands there; the
/// header's own checksum, when nothing but the salt is damaged; and the first two records, when both
/// say the same. None is believed before a record agrees, which a wrong one brings about once in 2³²:
/// as good a proof as any record has. One record alone proves nothing, since there is a beginning for
/// whatever checksum it has.
struct UnheadedSegment {
  /// A reader of the records; where nothing tells their beginning, one that finds none.
  private(set) var reader: SegmentReader
  /// Whether what stands where the first record belongs looks like it, and nothing bears it out.
  private(set) var hasUnprovenRecord = false

  init(
    _ first: LogSequenceNumber, in directory: any Directory, store: StoreIdentity?
  ) throws(JournalError) {
    let name = FileName.segment(first: first).text
    let file: any File
    let fileByteCount: Int64
    var bytes = [UInt8](repeating: 0, count: SegmentHeader.byteCount)
    do {
      file = try directory.openFile(name, .read)
      fileByteCount = try file.byteCount()
      _ = try file.readFully(into: &bytes, range: 0..<bytes.count, at: 0)
    } catch {
      throw JournalError(error)
    }
    func reader(_ recordSeed: UInt32?) -> SegmentReader {
      SegmentReader(
        file: file, name: name,
        header: SegmentHeader(
          store: store ?? StoreIdentity(high: 0, low: 0), firstSequence: first,
          salt: bytes.span.loadUInt64(at: 40), previousSalt: 0, history: .empty,
          epoch: 0, createdAt: 0),
        recordSeed: recordSeed, fileByteCount: fileByteCount)
    }
    self.reader = reader(nil)
    if try Self.showsRecord(self.reader) { return }
    let byHeader = reader(SegmentHeader.recordSeed(withoutSaltIn: bytes.span))
    if try Self.showsRecord(byHeader) {
      self.reader = byHeader
      return
    }
    var place = Int64(SegmentHeader.byteCount)
    guard let one = try self.reader.beginning(ofRecord: first, at: &place) else { return }
    hasUnprovenRecord = true
    guard let two = try self.reader.beginning(ofRecord: first.next, at: &place), one == two
    else { return }
    self.reader = reader(one)
    hasUnprovenRecord = false
  }

  private static func showsRecord(_ reader: SegmentReader) throws(JournalError) -> Bool {
    var walk = SegmentWalk(reader, successor: nil, watermark: nil)
    while true {
      switch try walk.next() {
      case .record: return true
      case .finding: continue
      case .end: return false
      }
    }
  }
}

extension SegmentReader {
  /// What the checksum of a record started from, if one is there; moves `offset` behind it.
  fileprivate func beginning(
    ofRecord sequence: LogSequenceNumber, at offset: inout Int64
  ) throws(JournalError) -> UInt32? {
    var bytes = [UInt8](repeating: 0, count: RecordHeader.byteCount)
    guard try read(into: &bytes, at: offset) == bytes.count else { return nil }
    let header = RecordHeader(bytes.span, at: 0)
    guard header.sequence == sequence, header.durableThrough < sequence,
      header.isPlausible(within: Int(clamping: fileByteCount - offset))
    else { return nil }
    let found = try checksum(at: offset, byteCount: header.recordByteCount, from: 0)
    offset += Int64(header.recordByteCount)
    return CRC32C.beginning(
      of: header.checksum, fromZero: found, byteCount: header.recordByteCount - 4)
  }
}
