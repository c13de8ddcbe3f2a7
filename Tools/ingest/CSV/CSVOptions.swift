/// How CSV files are read.
struct CSVOptions: Sendable {
  /// Whether malformed rows are left out and counted, instead of ending the stream.
  var skipsMalformedRows = false
  /// Whether a last row without a line end is taken: the files are complete. Otherwise it is held
  /// back, for somebody may be in the middle of writing it.
  var takesUnterminatedRow = false
  /// Bytes that are read, and become a payload, at once.
  var chunkByteCount = 256 << 10
  /// The longest row, in bytes: what a missing quotation mark may cost.
  var maximumRowByteCount = 16 << 20
}

/// What a reading has to say beside its rows.
enum CSVNotice: Sendable, Equatable {
  /// A malformed row was left out; the text says where and why.
  case skipped(file: String, text: String)
  /// The last row has no line end yet and was held back.
  case heldBack(file: String, line: Int64, byteCount: Int)
}
