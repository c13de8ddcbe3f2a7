import JournalFormat

/// Looks at the keys of records that come next, so that the memory where the table will look for them
/// is on its way while the records before are applied. In a large table, replay waits for little else.
///
/// What it looks at is not checked yet and may be anything; it decides nothing.
struct ReplayLookahead {
  /// How many records ahead the slot of a key is asked for.
  private static let slotDistance = 16
  /// How many records ahead its entry is asked for, which the slot leads to.
  private static let entryDistance = 8

  /// The hashes of the keys ahead, by the number of their record; nil where there is none.
  private var hashes = InlineArray<16, UInt32?>(repeating: nil)
  /// The number of the record that is about to be applied.
  private var current = 0
  /// The number of the record to look at next, and where it begins in the file.
  private var next = 0
  private var nextOffset: Int64 = 0

  /// Looks ahead of the record that the reader has just read.
  mutating func advance(behind reader: borrowing SegmentReader, _ table: ChangeTable) {
    current += 1
    let bytes = reader.window.span
    let windowOffset = reader.recordOffset - Int64(reader.record.lowerBound)
    if next <= current || nextOffset < reader.position {
      next = current + 1
      nextOffset = reader.position
    }
    while next < current + Self.slotDistance {
      let start = Int(nextOffset - windowOffset)
      guard start + RecordHeader.byteCount <= bytes.count else { break }
      let byteCount = Int(bytes.loadUInt32(at: start + RecordHeader.byteCountOffset))
      guard byteCount > RecordHeader.byteCount, byteCount <= bytes.count - start else { break }
      // Its first change, if that is a put, as nearly all are.
      hashes[next % 16] =
        bytes.put(at: start + RecordHeader.byteCount, before: bytes.count).map {
          table.prefetchSlot(of: bytes.extracting($0.key))
        }
      next += 1
      nextOffset += Int64(byteCount)
    }
    let entry = current + Self.entryDistance
    if entry < next, let hash = hashes[entry % 16] { table.prefetchEntry(of: hash) }
  }
}
