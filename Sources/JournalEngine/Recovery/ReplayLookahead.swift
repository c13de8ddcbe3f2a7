import JournalFormat

extension RecordReplay {
  /// Applies every record of a buffer that this process has encoded itself.
  static func applyAll(_ bytes: Span<UInt8>, to table: ChangeTable) {
    applyAll(0..<bytes.count, of: bytes, to: table)
  }

  /// Applies records that stand one behind another and are known to be right.
  ///
  /// In a large table, replay waits for memory and little else. So the keys of coming records are
  /// looked at, and the memory where the table will look for them is on its way while the records
  /// before are applied.
  static func applyAll(_ records: Range<Int>, of bytes: Span<UInt8>, to table: ChangeTable) {
    var lookahead = ReplayLookahead(records)
    while let record = lookahead.next(in: bytes, table) {
      if let hash = record.hash, let put = onlyPut(in: record.place, of: bytes) {
        table.put(
          key: bytes.extracting(put.key), value: bytes.extracting(put.value),
          at: LogSequenceNumber(bytes.loadUInt64(at: record.place.lowerBound + 8)), hash: hash)
      } else {
        _ = apply(record.place, of: bytes, to: table)
      }
    }
  }
}

/// Walks records in memory, and asks for what the table will need for those that come next.
private struct ReplayLookahead {
  /// How many records ahead the slot of a key is asked for; a power of two.
  private static let slotDistance = 16
  /// How many records ahead its entry is asked for, which the slot leads to.
  private static let entryDistance = 8

  /// The hashes of the keys ahead, by the number of their record; nil where a record is more than one
  /// put.
  private var hashes = InlineArray<16, UInt32?>(repeating: nil)
  /// The number of the record that comes next, and where it begins.
  private var current = 0
  private var offset: Int
  /// The number of the record to look at next, and where it begins.
  private var aheadNumber = 0
  private var aheadOffset: Int
  private let end: Int

  init(_ records: Range<Int>) {
    offset = records.lowerBound
    aheadOffset = records.lowerBound
    end = records.upperBound
  }

  /// The next record, and the hash of its key if it is one put and nothing else.
  @inline(__always)
  mutating func next(
    in bytes: Span<UInt8>, _ table: ChangeTable
  ) -> (place: Range<Int>, hash: UInt32?)? {
    guard offset < end else { return nil }
    while aheadOffset < end, aheadNumber < current + Self.slotDistance {
      let record = place(at: aheadOffset, in: bytes)
      hashes[aheadNumber % Self.slotDistance] =
        RecordReplay.onlyPut(in: record, of: bytes).map {
          table.prefetchSlot(of: bytes.extracting($0.key))
        }
      aheadNumber += 1
      aheadOffset = record.upperBound
    }
    let entry = current + Self.entryDistance
    if entry < aheadNumber, let hash = hashes[entry % Self.slotDistance] {
      table.prefetchEntry(of: hash)
    }
    let record = place(at: offset, in: bytes)
    defer {
      current += 1
      offset = record.upperBound
    }
    return (record, hashes[current % Self.slotDistance])
  }

  private func place(at offset: Int, in bytes: Span<UInt8>) -> Range<Int> {
    offset..<(offset + Int(bytes.loadUInt32(at: offset + RecordHeader.byteCountOffset)))
  }
}
