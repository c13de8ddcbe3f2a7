import FileIO
public import JournalEngine
import JournalFormat

extension JournalInspector {
  /// Draws a map of the files.
  ///
  /// Three walks: over the log, over the snapshots, and over the state, which says what of both is
  /// still in force.
  ///
  /// - Parameters:
  ///   - cellCount: into how many stretches the largest file is divided; smaller ones get as many as
  ///     their size asks for.
  ///   - onProgress: called about once per mebibyte.
  /// - Throws: as ``status(isExact:)``. Damage is part of the map.
  /// - Complexity: O(bytes of all files); memory is bounded by the cells and the log since the last
  ///   snapshot.
  public func map(
    cellCount: Int = 256, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> StoreMap {
    let directory = try JournalReader.openDirectory(path, in: fileSystem)
    // The walks read every byte, and notice what a quick look leaves out.
    var builder = StoreMapBuilder(try status(isExact: false), cellCount: max(1, cellCount))
    let everything = LogSequenceNumber.zero...LogSequenceNumber(.max)
    var progress = LogProgress(in: directory, everything)
    try forEachRecordInPlace(in: everything) { item, bytes in
      switch item {
      case .record(let record):
        builder.pass(record, in: bytes)
        if let progress = progress.pass(record) { onProgress(progress) }
      case .finding(let finding):
        builder.pass(finding)
      }
      return true
    }
    builder.endSegments()
    try builder.readSnapshots(in: directory, onProgress: onProgress)
    if builder.map.status.failure == nil {
      do {
        let report = try walk { entry in
          builder.passLive(
            byteCount: Int64(entry.key.count + entry.value.count), sequence: entry.sequence)
          return true
        }
        builder.finishLive()
        for error in report.damagedSnapshots {
          if let finding = InspectionFinding(error) { builder.pass(finding) }
        }
      } catch {
        guard let finding = InspectionFinding(error) else { throw error }
        builder.pass(finding)
      }
    }
    return builder.map
  }
}
