package import FileIO
public import JournalFormat

/// One snapshot file of a store, in use or superseded.
public struct SnapshotFile: Sendable, Equatable {
  /// The name in the directory.
  public var name: String
  /// The state it builds on; zero for a base, which holds everything.
  public var after: LogSequenceNumber
  /// The last commit in it.
  public var through: LogSequenceNumber
  /// Whether the state is read from it; otherwise others supersede it.
  public var isInUse: Bool
  /// When it was begun, in nanoseconds since 1970; `nil` where it cannot be read.
  public var createdAt: Int64?
  /// Its size; `nil` where it cannot be told.
  public var byteCount: Int64?
  /// Entries in it, removals included; `nil` where it cannot be read.
  public var entryCount: Int?
  /// What is wrong with it, as far as it was looked at.
  public var failures: [JournalError] = []
}

/// Looks at every snapshot of a directory, superseded ones as well. Takes no lock and writes nothing.
package enum SnapshotInventory {
  /// - Parameters:
  ///   - isDeep: checks every byte, and not only header, index and footer.
  ///   - onProgress: called now and then under `isDeep`.
  /// - Throws: ``JournalError/Reason/notAStore``; `newerFormat`; `io` of the directory. Damage is part
  ///   of the answer.
  package static func read(
    _ directory: any Directory, isDeep: Bool = false,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> [SnapshotFile] {
    let listing = try DirectoryListing.read(directory)
    guard listing.isStore else {
      throw JournalError(
        .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot")
    }
    var files: [SnapshotFile] = []
    var damaged: Set<SnapshotRange> = []
    var progress = InspectionProgress(byteCount: 0, totalByteCount: 0, recordCount: 0)
    for range in listing.snapshots {
      progress.totalByteCount.add(
        clamping: directory.byteCount(of: FileName.snapshot(range).text) ?? 0)
    }
    let store = (try? WatermarkFile.read(directory))?.store
    for range in listing.snapshots {
      var file = SnapshotFile(
        name: FileName.snapshot(range).text, after: range.after, through: range.through,
        isInUse: false)
      do throws(JournalError) {
        let reader = try SnapshotReader(
          opening: file.name, in: directory, expecting: store,
          covering: (from: range.after, to: range.through))
        file.createdAt = reader.summary.createdAt
        file.byteCount = reader.summary.byteCount
        file.entryCount = reader.summary.entryCount
        if isDeep {
          let before = progress
          let result = reader.verify { byteCount, entryCount in
            progress.byteCount = before.byteCount.adding(clamping: byteCount)
            progress.recordCount = before.recordCount.adding(clamping: entryCount)
            onProgress(progress)
          }
          file.failures = result.damages.map(\.error) + [result.summaryError].compactMap(\.self)
        }
      } catch {
        // Gone since it was listed: a compaction replaced it.
        if error.isMissingFile { continue }
        if case .newerFormat = error.reason { throw error }
        file.byteCount = directory.byteCount(of: file.name)
        file.failures = [error]
      }
      if !file.failures.isEmpty { damaged.insert(range) }
      files.append(file)
    }
    let chain = Set(listing.chain(limit: nil, without: damaged).map { FileName.snapshot($0).text })
    for index in files.indices { files[index].isInUse = chain.contains(files[index].name) }
    return files
  }
}
