import FileIO
import StateJournal

/// How far a file has been read, and by what to know it again.
///
/// ```json
/// {"offset": 210365, "line": 3378, "rows": 3376, "skipped": 0, "crc32c": 3808858755,
///  "file": {"device": 2049, "inode": 131}}
/// ```
///
/// `crc32c` covers every byte before the offset, so no change among them goes unnoticed. `file` says
/// which file they were read from: it tells an edited file from another one of that name.
struct FilePosition: Equatable {
  /// Bytes of the file that are done.
  var offset: Int64
  /// The number of the line at the offset, counted from 1.
  var line: Int64
  /// Rows that went out.
  var rowCount: Int64
  /// Malformed rows that were left out.
  var skippedRowCount: Int64
  /// Whether the last row had no line end when it was taken
  /// (``FileReadingOptions/takesUnterminatedRow``).
  var endsUnterminated: Bool
  /// The CRC-32C of all bytes before the offset.
  var checksum: UInt32
  /// The file that they were read from.
  var identity: FileIdentity
  /// Whether the file was complete and is done with, so that it need not be read again.
  var isComplete = false
  /// The name that a log had when it was read, where it is one that gets other names.
  var name: String?

  var stateObject: StateObject {
    var object: StateObject = [
      "offset": .int(offset), "line": .int(line), "rows": .int(rowCount),
      "skipped": .int(skippedRowCount), "crc32c": .int(Int64(checksum)),
      "file": [
        // Integers of state are signed; the bits are what matters.
        "device": .int(Int64(bitPattern: identity.device)),
        "inode": .int(Int64(bitPattern: identity.inode)),
      ],
    ]
    if endsUnterminated { object["unterminated"] = true }
    if isComplete { object["complete"] = true }
    if let name { object["name"] = .string(name) }
    return object
  }
}

extension FilePosition {
  /// The position in a stored object, of the file of that name; `nil` when it is empty.
  init?(_ object: StateObject, of file: String) throws(DataSourceError) {
    if object.isEmpty { return nil }
    guard let offset = object["offset"]?.count, offset > 0,
      let line = object["line"]?.count, line > 0,
      let rowCount = object["rows"]?.count, let skippedRowCount = object["skipped"]?.count,
      let checksum = object["crc32c"]?.int.flatMap({ UInt32(exactly: $0) }),
      let device = object["file"]?["device"]?.int, let inode = object["file"]?["inode"]?.int
    else {
      throw DataSourceError(
        "the state of \(file) does not say by what to know the file again, so it was not written by "
          + "this version: \(object). Nothing of the file was ingested now. Use the state that "
          + "belongs to it, or ingest everything anew with another output and another state")
    }
    self.init(
      offset: offset, line: line, rowCount: rowCount, skippedRowCount: skippedRowCount,
      endsUnterminated: object["unterminated"]?.bool ?? false, checksum: checksum,
      identity: FileIdentity(
        device: UInt64(bitPattern: device), inode: UInt64(bitPattern: inode)),
      isComplete: object["complete"]?.bool ?? false, name: object["name"]?.string)
  }
}
