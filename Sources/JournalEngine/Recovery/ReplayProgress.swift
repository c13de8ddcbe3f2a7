import FileIO
import JournalFormat

/// Who is told how far opening has come with the log.
package typealias ReplayObserver = @Sendable (InspectionProgress) -> Void

/// How far opening has come with the log, told once for so many bytes: often enough for a bar to
/// move, and rare beside what reading them takes.
struct ReplayProgress {
  static let stepByteCount: Int64 = 4 << 20

  private let tell: ReplayObserver?
  private var progress = InspectionProgress(byteCount: 0, totalByteCount: 0, recordCount: 0)
  private var first = LogSequenceNumber.zero
  /// The bytes of the segments before the one that is being read.
  private var byteCountBefore: Int64 = 0
  /// The place in the segment where the next word is due.
  private(set) var nextOffset = Int64.max

  init(_ tell: ReplayObserver?) { self.tell = tell }

  /// Begins with segments, or begins anew because files came and went.
  mutating func begin(_ segments: ArraySlice<LogSequenceNumber>, in directory: any Directory) {
    guard tell != nil, let first = segments.first else { return }
    self.first = first
    byteCountBefore = 0
    progress.totalByteCount = segments.clampedSum {
      directory.byteCount(of: FileName.segment(first: $0).text) ?? 0
    }
    nextOffset = Self.stepByteCount
  }

  /// Takes note of the records before an offset in the segment, which is behind commit `sequence`.
  mutating func pass(_ offset: Int64, through sequence: LogSequenceNumber) {
    guard let tell else { return }
    progress.byteCount = byteCountBefore.adding(clamping: offset)
    // A writer beside a reader makes the log longer than it was.
    progress.totalByteCount = max(progress.totalByteCount, progress.byteCount)
    progress.recordCount = Int(clamping: sequence.rawValue - first.previous.rawValue)
    nextOffset = offset.adding(clamping: Self.stepByteCount)
    tell(progress)
  }

  /// Goes to the next segment, from one of so many bytes.
  mutating func endSegment(_ byteCount: Int64) {
    guard tell != nil else { return }
    byteCountBefore.add(clamping: byteCount)
    nextOffset = Self.stepByteCount
  }

  /// All has been read; what lies behind the last record is none.
  mutating func end(through sequence: LogSequenceNumber) {
    guard tell != nil else { return }
    pass(progress.totalByteCount - byteCountBefore, through: sequence)
  }
}
