/// How files of rows are read.
public struct FileReadingOptions: Sendable {
  /// Whether malformed rows are left out and counted, instead of ending the stream.
  public var skipsMalformedRows: Bool
  /// Whether a last row without a line end is taken: the files are complete. Otherwise it is held
  /// back, for somebody may be in the middle of writing it.
  public var takesUnterminatedRow: Bool
  /// Bytes that are read, and become a payload, at once.
  public var chunkByteCount: Int
  /// Bytes that are read at once to check a file again: many, because each read is a system call, and
  /// so few that they are still in the processor's cache when they are checked.
  var checkByteCount = 1 << 20
  /// The longest row, in bytes: what a missing quotation mark or line end may cost.
  public var maximumRowByteCount = 16 << 20

  /// Options from their parts.
  public init(
    skipsMalformedRows: Bool = false, takesUnterminatedRow: Bool = false,
    chunkByteCount: Int = 256 << 10
  ) {
    self.skipsMalformedRows = skipsMalformedRows
    self.takesUnterminatedRow = takesUnterminatedRow
    self.chunkByteCount = max(1, chunkByteCount)
  }
}

/// What the reading of files has to say beside its rows.
public enum FileNotice: Sendable, Equatable {
  /// So many names in the directory are not UTF-8; whatever they name was left out.
  case undecodableNames(directory: String, count: Int)
  /// So much of what was ingested before has been read again, to check it.
  case checked(file: String, byteCount: Int64, of: Int64)
  /// The file is not the one that was read before, but begins with the same bytes.
  case otherFile(file: String, byteCount: Int64)
  /// A malformed row was left out; the text says where and why.
  case skipped(file: String, text: String)
  /// The last row has no line end yet and was held back.
  case heldBack(file: String, line: Int64, byteCount: Int)
  /// The file is not complete yet, by the rule of its directory, and was left for later.
  case incomplete(file: String)
  /// What was read of a log is nowhere any more, and the reading begins anew with the oldest file
  /// that is there (``RotatingLogSource/LossPolicy/beginAnew``).
  case begunAnew(log: String, byteCount: Int64)
}
