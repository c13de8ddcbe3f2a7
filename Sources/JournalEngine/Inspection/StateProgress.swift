/// How far a walk over a state has come, in bytes of keys and values.
package struct StateProgress {
  private static let step: Int64 = 256 << 10

  private let tell: ReplayObserver?
  private var progress: InspectionProgress
  private var told: Int64 = 0

  /// - Parameter byteCount: about how many bytes the entries have.
  package init(_ byteCount: Int64, _ tell: ReplayObserver?) {
    self.tell = tell
    progress = InspectionProgress(byteCount: 0, totalByteCount: byteCount, recordCount: 0)
  }

  /// Takes note of an entry.
  package mutating func pass(_ entry: borrowing Entry) {
    progress.byteCount += Int64(entry.key.count + entry.value.count)
    progress.recordCount += 1
    guard let tell, progress.byteCount - told >= Self.step else { return }
    told = progress.byteCount
    // Entries of a snapshot may share what their keys begin with, and amount to more than the file.
    // That everything has been read is said when it has been.
    progress.totalByteCount = max(progress.totalByteCount, progress.byteCount + 1)
    tell(progress)
  }

  /// The walk is over, wherever it stopped.
  package func end() {
    guard let tell else { return }
    var progress = progress
    progress.totalByteCount = progress.byteCount
    tell(progress)
  }
}
