/// How far an inspection has come.
public struct InspectionProgress: Sendable {
  /// Bytes read so far.
  public var byteCount: Int64
  /// Bytes to read in all, as far as is known; files that appear meanwhile add to it.
  public var totalByteCount: Int64
  /// Records and entries seen so far.
  public var recordCount: Int

  package init(byteCount: Int64, totalByteCount: Int64, recordCount: Int) {
    self.byteCount = byteCount
    self.totalByteCount = totalByteCount
    self.recordCount = recordCount
  }
}
