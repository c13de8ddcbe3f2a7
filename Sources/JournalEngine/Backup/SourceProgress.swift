import FileIO
import JournalFormat

/// How far the check of what is to be copied has come, in bytes of its files.
struct SourceProgress {
  private static let step: Int64 = 1 << 20

  private let tell: ReplayObserver?
  private var progress = InspectionProgress(byteCount: 0, totalByteCount: 0, recordCount: 0)
  private var told: Int64 = 0

  init(_ listing: DirectoryListing, in directory: any Directory, _ tell: ReplayObserver?) {
    self.tell = tell
    guard tell != nil else { return }
    for name in listing.storeFileNames {
      progress.totalByteCount.add(clamping: directory.byteCount(of: name) ?? 0)
    }
  }

  /// Takes note of bytes that were checked, and of the records or entries in them.
  mutating func pass(_ byteCount: Int64, recordCount: Int) {
    guard let tell else { return }
    progress.byteCount.add(clamping: byteCount)
    progress.recordCount.add(clamping: recordCount)
    guard progress.byteCount - told >= Self.step, progress.byteCount < progress.totalByteCount
    else { return }
    told = progress.byteCount
    tell(progress)
  }

  /// All has been checked that needs to be: not what the copy has already.
  func end() {
    guard let tell else { return }
    var progress = progress
    progress.byteCount = progress.totalByteCount
    tell(progress)
  }
}
