import FileIO
import JournalFormat

/// The file of a snapshot with its checked header: reads parts of it, and says where in case of
/// failure.
struct SnapshotSource: Sendable {
  let file: any File
  let header: SnapshotHeader
  /// The size of the file in bytes; a snapshot does not change any more.
  let byteCount: Int64
  private let isScratch: Bool

  /// Opens the file and checks its header.
  init(opening name: String, in directory: any Directory) throws(JournalError) {
    let file: any File
    do {
      file = try directory.openFile(name, .read)
    } catch {
      throw JournalError(error)
    }
    try self.init(file)
  }

  /// Checks the header of an open file.
  ///
  /// - Parameter isScratch: whether nobody but this process has ever seen it.
  init(_ file: any File, isScratch: Bool = false) throws(JournalError) {
    self.file = file
    self.isScratch = isScratch
    var bytes = [UInt8](repeating: 0, count: SnapshotHeader.byteCount)
    let count: Int
    do throws(IOFailure) {
      byteCount = try file.byteCount()
      count = try file.readFully(into: &bytes, range: 0..<bytes.count, at: 0)
    } catch {
      throw JournalError(error)
    }
    do throws(SnapshotDefect) {
      header = try SnapshotHeader(decoding: bytes.span.extracting(0..<count))
    } catch {
      throw JournalError(
        error, SnapshotPlace(file: file.path, part: .header, offset: 0, header: nil))
    }
  }

  /// Fails unless the file belongs to the store and covers what its name says.
  func expect(
    identity: StoreIdentity?, range: (from: LogSequenceNumber, to: LogSequenceNumber)?
  ) throws(JournalError) {
    if let identity, identity != header.identity {
      throw JournalError(
        .damage(.foreignStore), file: file.path, offset: 16, sequence: header.from.next,
        lastSequence: header.to,
        detail: """
          the snapshot belongs to store \(header.identity), this is store \(identity); \
          move it back to where it came from
          """)
    }
    if let range, range != (header.from, header.to) {
      throw JournalError(
        .damage(.header), file: file.path, offset: 32, sequence: range.from.next,
        lastSequence: range.to,
        detail: """
          the snapshot covers \(header.from) to \(header.to), its name says otherwise; \
          give it back the name that it was written under
          """)
    }
  }

  /// Reads a part of the file into the front of `buffer`, which grows as needed.
  func read(
    _ range: Range<Int64>, into buffer: inout [UInt8], part: SnapshotPart
  ) throws(JournalError) {
    let wanted = Int(range.upperBound - range.lowerBound)
    if wanted > SnapshotPartCheck.largestUncheckedByteCount { try checkAhead(range, part) }
    if buffer.count < wanted { buffer = [UInt8](repeating: 0, count: wanted) }
    let count: Int
    do throws(IOFailure) {
      count = try file.readFully(into: &buffer, range: 0..<wanted, at: range.lowerBound)
    } catch {
      throw JournalError(error)
    }
    // Nobody shortens a published snapshot, so its size at opening holds unless it was damaged.
    guard count == wanted else { throw error(.short, part, at: range.lowerBound) }
  }

  /// Reads a part of the file.
  func read(_ range: Range<Int64>, part: SnapshotPart) throws(JournalError) -> [UInt8] {
    var bytes: [UInt8] = []
    try read(range, into: &bytes, part: part)
    return bytes
  }

  /// Fails where a part that would take much memory is not worth it.
  private func checkAhead(_ range: Range<Int64>, _ part: SnapshotPart) throws(JournalError) {
    let defect: SnapshotDefect?
    do throws(IOFailure) {
      defect = try SnapshotPartCheck.defect(
        of: range, in: file, salt: header.salt, isBlock: part == .block)
    } catch {
      throw JournalError(error)
    }
    if let defect { throw error(defect, part, at: range.lowerBound) }
  }

  /// Checks the block that `bytes` are and that begins at `offset`.
  func check(_ bytes: Span<UInt8>, at offset: Int64) throws(JournalError) -> SnapshotBlock {
    do throws(SnapshotDefect) {
      return try SnapshotBlock(checking: bytes, salt: header.salt, offset: offset)
    } catch {
      throw self.error(error, .block, at: offset)
    }
  }

  /// A defect as an error with its place.
  func error(_ defect: SnapshotDefect, _ part: SnapshotPart, at offset: Int64) -> JournalError {
    let error = JournalError(
      defect, SnapshotPlace(file: file.path, part: part, offset: offset, header: header))
    guard isScratch else { return error }
    // No file of the store: that the place for scratch files lost something says nothing about it.
    return JournalError(
      .unsettled, file: file.path, offset: offset,
      detail: "a scratch file could not be read back as it was written: \(error.detail); set TMPDIR"
        + " to another place and try again")
  }
}
