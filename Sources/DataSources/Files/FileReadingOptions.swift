/// How files of rows are read.
public struct FileReadingOptions: Sendable {
  /// Whether malformed rows are left out and counted, instead of ending the stream.
  public var skipsMalformedRows: Bool
  /// Whether a last row without a line end is taken: the files are complete. Otherwise it is held
  /// back, for somebody may be in the middle of writing it.
  public var takesUnterminatedRow: Bool
  /// Bytes that are read, and become a payload, at once: from 1 to 1 GiB.
  public var chunkByteCount: Int {
    didSet { chunkByteCount = Self.usable(chunkByteCount) }
  }
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
    self.chunkByteCount = Self.usable(chunkByteCount)
  }

  private static func usable(_ chunkByteCount: Int) -> Int { min(max(chunkByteCount, 1), 1 << 30) }
}
