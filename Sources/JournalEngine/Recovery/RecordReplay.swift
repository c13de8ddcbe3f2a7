import JournalFormat

/// Applies records to a table. Recovery, acknowledgement and compaction all go through here, so
/// there is one meaning of a record.
enum RecordReplay {
  /// What a record is, beside its changes to state.
  struct Notes: Equatable, Sendable {
    var isCleanClose = false
    var epoch: UInt64?
  }

  /// Applies one record whose checksum was right; returns `nil` when its body is malformed.
  static func apply(
    _ record: Range<Int>, of bytes: Span<UInt8>, to table: ChangeTable
  ) -> Notes? {
    let sequence = LogSequenceNumber(bytes.loadUInt64(at: record.lowerBound + 8))
    if let (key, value) = onlyPut(in: record, of: bytes) {
      table.put(key: bytes.extracting(key), value: bytes.extracting(value), at: sequence)
      return Notes()
    }
    var notes = Notes()
    var changes = RecordChangeReader(record: record)
    while let change = changes.next(in: bytes) {
      switch change {
      case .put(let key, let value):
        table.put(
          key: bytes.extracting(key), value: bytes.extracting(value), at: sequence)
      case .remove(let key):
        table.remove(key: bytes.extracting(key), at: sequence)
      case .removePrefix(let prefix):
        table.removePrefix(bytes.extracting(prefix), at: sequence)
      case .opened(let epoch, _, _, _):
        notes.epoch = epoch
      case .closed(let epoch):
        notes.epoch = epoch
        notes.isCleanClose = true
      case .annotation:
        break
      }
    }
    return changes.isMalformed ? nil : notes
  }

  /// Key and value of a record that is one put and nothing else, as nearly all are.
  static func onlyPut(
    in record: Range<Int>, of bytes: Span<UInt8>
  ) -> (key: Range<Int>, value: Range<Int>)? {
    let body = record.lowerBound + RecordHeader.byteCount
    guard let put = bytes.put(at: body, before: record.upperBound),
      put.value.upperBound == record.upperBound
    else { return nil }
    return put
  }

  /// What a record says about sessions, without applying it; `nil` when its body is malformed.
  static func notes(of record: Range<Int>, in bytes: Span<UInt8>) -> Notes? {
    if onlyPut(in: record, of: bytes) != nil { return Notes() }
    var notes = Notes()
    var changes = RecordChangeReader(record: record)
    while let change = changes.next(in: bytes) {
      if case .opened(let epoch, _, _, _) = change { notes.epoch = epoch }
      if case .closed(let epoch) = change { notes = Notes(isCleanClose: true, epoch: epoch) }
    }
    return changes.isMalformed ? nil : notes
  }
}
