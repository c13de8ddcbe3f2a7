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
