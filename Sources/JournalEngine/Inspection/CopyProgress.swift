import FileIO

/// How far a copy of files has come. It looks at no record: those of a file count by the share of it that
/// has been copied.
package struct CopyProgress {
  /// Far more than a file holds, whatever it claims, and a number that a share of can be taken of.
  private static let maximumRecordCount = 1 << 52

  private var progress: InspectionProgress
  private var recordCountBefore = 0
  private var recordCount = 0
  private var byteCount: Int64 = 0
  private var copiedByteCount: Int64 = 0

  /// - Parameter totalByteCount: how many bytes there are to copy in all.
  package init(totalByteCount: Int64) {
    progress = InspectionProgress(
      byteCount: 0, totalByteCount: totalByteCount, recordCount: 0)
  }

  /// How many bytes there are to copy in all.
  package var totalByteCount: Int64 { progress.totalByteCount }

  /// Goes on to the next file, or to the next part of one.
  ///
  /// - Parameters:
  ///   - byteCount: how many bytes of it are to be copied.
  ///   - recordCount: how many records or entries are in these.
  package mutating func begin(byteCount: Int64, recordCount: Int) {
    recordCountBefore = progress.recordCount
    self.recordCount = max(0, min(recordCount, Self.maximumRecordCount))
    self.byteCount = byteCount
    copiedByteCount = 0
  }

  /// Takes note of bytes that have been copied; what there is to report.
  package mutating func pass(_ byteCount: Int64) -> InspectionProgress {
    progress.byteCount.add(clamping: byteCount)
    copiedByteCount.add(clamping: byteCount)
    let share = min(Double(copiedByteCount) / Double(max(self.byteCount, 1)), 1)
    progress.recordCount = recordCountBefore.adding(
      clamping: Int(Double(recordCount) * share))
    return progress
  }
}
