package import FileIO
package import JournalFormat

/// Writes one snapshot under a temporary name.
///
/// Entries stream through: memory holds some 256 KiB, the largest entry and the index. After
/// ``finish()`` the content is durable and the name is not: rename the file to what it is to be
/// called, then sync the directory. Whoever gives up, after an error too, calls ``abandon()``;
/// a crash leaves the temporary file behind for the next compaction to sweep.
package final class SnapshotWriter {
  /// Bytes that are collected before they are written in one go.
  private static let writeByteCount = 256 << 10
  /// Whoever waits is told after so many bytes or entries.
  private static let stepByteCount: Int64 = 1 << 20
  private static let stepEntryCount = 1024

  /// Where the file has a name, which a scratch file has not.
  private let place: (directory: any Directory, name: String)?
  private let file: any File
  // One owner at a time writes, entry after entry: accesses are not checked for overlap at run time.
  @exclusivity(unchecked) private var encoder: SnapshotEncoder
  private var pace: WriteOutPace

  /// Creates the file `temporaryName`, which must not exist.
  ///
  /// - Parameters:
  ///   - removedPrefixes: what a run hides in older files; a base drops them.
  ///   - pace: how it shares the device with commits, where there are any.
  package convenience init(
    in directory: any Directory, temporaryName: String, header: SnapshotHeader,
    removedPrefixes: RemovedPrefixes = RemovedPrefixes(),
    blockByteCount: Int = SnapshotFormat.blockByteCount,
    pace: WriteOutPace = WriteOutPace { false }
  ) throws(JournalError) {
    let file: any File
    do {
      file = try directory.openFile(temporaryName, .createNew)
    } catch {
      throw JournalError(error)
    }
    self.init(
      file, at: (directory, temporaryName), header: header, removedPrefixes: removedPrefixes,
      blockByteCount: blockByteCount, pace: pace)
  }

  /// Writes into a scratch file.
  convenience init(scratch file: any File, header: SnapshotHeader, removedPrefixes: RemovedPrefixes)
  {
    self.init(
      file, at: nil, header: header, removedPrefixes: removedPrefixes,
      blockByteCount: SnapshotFormat.blockByteCount, pace: WriteOutPace { false })
  }

  private init(
    _ file: any File, at place: (directory: any Directory, name: String)?, header: SnapshotHeader,
    removedPrefixes: RemovedPrefixes, blockByteCount: Int, pace: WriteOutPace
  ) {
    self.file = file
    self.place = place
    self.pace = pace
    unsafe encoder = SnapshotEncoder(
      header: header, removedPrefixes: removedPrefixes, blockByteCount: blockByteCount)
  }

  /// Adds an entry. Keys must ascend, sequence numbers lie in the range of the snapshot, and a base
  /// has no removals; anything else is a mistake of the program and traps.
  ///
  /// - Throws: `tooLarge`, with nothing added, or what writing throws.
  package func append(_ entry: borrowing Entry) throws(JournalError) {
    // One call and no more: asking the encoder for anything else copies all of it.
    let completedByteCount = unsafe encoder.append(
      key: entry.key.span, value: entry.value.span, isRemoval: entry.isRemoval,
      sequence: entry.sequence)
    guard let completedByteCount else {
      throw JournalError(
        .tooLarge, file: file.path, sequence: entry.sequence,
        detail: """
          key and value have \(entry.key.count) and \(entry.value.count) bytes; a snapshot takes \
          \(SnapshotFormat.maximumEntryByteCount) together; store large data elsewhere, and its \
          place here
          """)
    }
    guard completedByteCount >= Self.writeByteCount else { return }
    try writeCompleted()
    do {
      try pace.writeOut(file, upTo: unsafe encoder.outputOffset)
    } catch {
      throw JournalError(error)
    }
  }

  /// Adds all entries that are left in `cursor`.
  ///
  /// - Parameters:
  ///   - inputByteCount: about how many bytes the entries have, for `onStep`.
  ///   - onStep: called after each mebibyte, and of small entries after each 1,024; gives up by an error.
  package func append(
    contentsOf cursor: some EntryCursor, inputByteCount: Int64,
    onStep: (InspectionProgress) throws(JournalError) -> Void
  ) throws(JournalError) {
    var entry = Entry()
    var progress = InspectionProgress(
      byteCount: 0, totalByteCount: inputByteCount, recordCount: 0)
    var nextByteCount = Self.stepByteCount
    while try cursor.next(into: &entry) {
      try append(entry)
      progress.byteCount += Int64(entry.key.count + entry.value.count)
      progress.recordCount += 1
      let isStep = progress.recordCount % Self.stepEntryCount == 0
      guard isStep || progress.byteCount >= nextByteCount else { continue }
      nextByteCount = progress.byteCount + Self.stepByteCount
      try onStep(progress)
    }
  }

  /// How many bytes have been written or wait to be.
  package var byteCount: Int64 {
    unsafe encoder.outputOffset + Int64(encoder.output.count)
  }

  /// Writes what is left and the closing parts, and syncs the file: its content is durable when
  /// this returns, its name is not. A scratch file is neither synced nor closed. Nothing may be called
  /// after it but ``abandon()``.
  package func finish() throws(JournalError) -> SnapshotSummary {
    let footer = unsafe encoder.finish()
    try writeCompleted()
    if place != nil { try makeDurable() }
    return SnapshotSummary(
      header: unsafe encoder.header, footer: footer, byteCount: unsafe encoder.outputOffset)
  }

  private func makeDurable() throws(JournalError) {
    do {
      try file.sync()
      try file.close()
    } catch {
      throw JournalError(error)
    }
  }

  /// Closes and removes the temporary file. Failures are ignored: what stays behind is swept later
  /// and harms nobody.
  package func abandon() {
    try? file.close()
    if let place { try? place.directory.remove(place.name) }
  }

  private func writeCompleted() throws(JournalError) {
    do throws(IOFailure) {
      let output = unsafe encoder.output
      try file.writeFully(
        output.span.extracting(0..<(unsafe encoder.completedByteCount)),
        at: unsafe encoder.outputOffset)
    } catch {
      throw JournalError(error)
    }
    unsafe encoder.dropCompleted()
  }
}
