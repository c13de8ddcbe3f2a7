import FileIO
import JournalEngine
import JournalFormat

/// How far a walk over the log has come, in bytes of its segments.
struct LogProgress {
  private static let step: Int64 = 1 << 20

  private var progress: InspectionProgress
  private var file = ""
  /// Bytes of the segments before the one that the walk is in.
  private var byteCountBefore: Int64 = 0
  private var offset: Int64 = 0
  private var reported: Int64 = 0

  /// Progress through the segments that hold a range of commits, as far as their sizes can be told.
  init(in directory: any Directory, _ range: ClosedRange<LogSequenceNumber>) {
    let firsts = (try? DirectoryListing.read(directory))?.segments ?? []
    let start = firsts.lastIndex { $0 <= range.lowerBound } ?? 0
    let total = firsts[start...].prefix { $0 <= range.upperBound }.clampedSum {
      directory.byteCount(of: FileName.segment(first: $0).text) ?? 0
    }
    progress = InspectionProgress(byteCount: 0, totalByteCount: total, recordCount: 0)
  }

  /// Takes note of a record; what there is to report, about once per mebibyte.
  mutating func pass(_ record: borrowing RecordInPlace) -> InspectionProgress? {
    pass(record.file, through: record.offset + Int64(record.header.recordByteCount))
  }

  /// Takes note of a record by the segment that it is in and where it ends there.
  mutating func pass(_ name: String, through end: Int64) -> InspectionProgress? {
    if name != file {
      byteCountBefore.add(clamping: offset)
      file = name
    }
    offset = end
    progress.byteCount = byteCountBefore.adding(clamping: offset)
    progress.recordCount += 1
    guard progress.byteCount - reported >= Self.step else { return nil }
    reported = progress.byteCount
    return progress
  }
}
