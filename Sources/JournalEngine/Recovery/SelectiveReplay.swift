import JournalFormat

extension RecordReplay {
  /// Applies records that stand one behind another and are known to be right, as far as they are about
  /// some keys.
  static func applyAll(
    _ records: Range<Int>, of bytes: Span<UInt8>, keeping keys: KeySelection,
    to table: ChangeTable
  ) {
    switch keys {
    case .everything: return applyAll(records, of: bytes, to: table)
    case .nothing: return
    case .prefix, .key: break
    }
    // Where the selection is nearly all there is, its records stand together, and the table is asked
    // ahead for what they need.
    var start = records.lowerBound
    var offset = start
    while offset < records.upperBound {
      let byteCount = Int(bytes.loadUInt32(at: offset + RecordHeader.byteCountOffset))
      let record = offset..<(offset + byteCount)
      offset = record.upperBound
      let put = onlyPut(in: record, of: bytes)
      if let put, keys.contains(bytes.extracting(put.key)) { continue }
      if start < record.lowerBound { applyAll(start..<record.lowerBound, of: bytes, to: table) }
      if put == nil { apply(record, of: bytes, keeping: keys, to: table) }
      start = offset
    }
    if start < offset { applyAll(start..<offset, of: bytes, to: table) }
  }

  private static func apply(
    _ record: Range<Int>, of bytes: Span<UInt8>, keeping keys: KeySelection,
    to table: ChangeTable
  ) {
    let sequence = LogSequenceNumber(bytes.loadUInt64(at: record.lowerBound + 8))
    var changes = RecordChangeReader(record: record)
    while let change = changes.next(in: bytes) {
      switch change {
      case .put(let key, let value):
        guard keys.contains(bytes.extracting(key)) else { continue }
        table.put(key: bytes.extracting(key), value: bytes.extracting(value), at: sequence)
      case .remove(let key):
        guard keys.contains(bytes.extracting(key)) else { continue }
        table.remove(key: bytes.extracting(key), at: sequence)
      case .removePrefix(let prefix):
        guard keys.mayMeet(prefix: bytes.extracting(prefix)) else { continue }
        table.removePrefix(bytes.extracting(prefix), at: sequence)
      case .opened, .closed, .annotation: break
      }
    }
  }
}
