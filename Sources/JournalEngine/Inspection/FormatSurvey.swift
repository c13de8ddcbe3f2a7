package import FileIO
import JournalFormat

/// Which versions of the format the files of a store have.
package enum FormatSurvey {
  /// The number of files with a header.
  ///
  /// - Throws: ``JournalError/Reason/newerFormat(version:)`` for the first file that is newer than this
  ///   program, and what else is wrong with a header.
  package static func run(_ directory: any Directory) throws(JournalError) -> Int {
    let listing = try DirectoryListing.read(directory)
    guard listing.isStore else {
      throw JournalError(
        .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot")
    }
    var count = 0
    for first in listing.segments {
      let reader = try SegmentReader.open(
        FileName.segment(first: first).text, in: directory, first: first,
        isLast: first == listing.segments.last, store: nil)
      if reader != nil { count += 1 }
    }
    for range in listing.snapshots {
      _ = try SnapshotReader(
        opening: FileName.snapshot(range).text, in: directory, expecting: nil,
        covering: (from: range.after, to: range.through))
      count += 1
    }
    if try WatermarkFile.read(directory) != nil { count += 1 }
    return count
  }
}
