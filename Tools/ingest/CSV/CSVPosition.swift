import DataSources
import StateJournal

/// How far a CSV file has been read, and by which of its bytes to know it again.
///
/// ```json
/// {"offset": 210365, "line": 3378, "rows": 3376, "skipped": 0,
///  "head": {"bytes": 65536, "fnv1a64": "…"}, "tail": {"bytes": 4096, "fnv1a64": "…"}}
/// ```
///
/// `head` covers the first bytes of the file, `tail` the last ones before the offset: a file that
/// was replaced differs in one of them unless somebody took care that it does not.
struct CSVPosition: Equatable {
  /// The most bytes that `head` covers.
  static let maximumHeadByteCount = 64 << 10
  /// The most bytes that `tail` covers.
  static let maximumTailByteCount = 4 << 10

  /// Some bytes and their fingerprint.
  struct Mark: Equatable {
    var byteCount: Int
    var fingerprint: String
  }

  /// Bytes of the file that are done.
  var offset: Int64
  /// The number of the line at the offset, counted from 1.
  var line: Int64
  /// Rows that went out.
  var rowCount: Int64
  /// Malformed rows that were left out.
  var skippedRowCount: Int64
  /// Whether the last row had no line end when it was taken (``CSVOptions/takesUnterminatedRow``).
  var endsUnterminated: Bool
  var head: Mark
  var tail: Mark

  var stateObject: StateObject {
    var object: StateObject = [
      "offset": .int(offset), "line": .int(line), "rows": .int(rowCount),
      "skipped": .int(skippedRowCount), "head": Self.value(head), "tail": Self.value(tail),
    ]
    if endsUnterminated { object["unterminated"] = true }
    return object
  }

  private static func value(_ mark: Mark) -> StateValue {
    ["bytes": .int(Int64(mark.byteCount)), "fnv1a64": .string(mark.fingerprint)]
  }
}

extension CSVPosition {
  /// The position in a stored object, of the file of that name; `nil` when it is empty.
  init?(_ object: StateObject, of file: String) throws(DataSourceError) {
    if object.isEmpty { return nil }
    guard let offset = object["offset"]?.int, offset > 0,
      let line = object["line"]?.int, line > 0,
      let rowCount = object["rows"]?.int, let skippedRowCount = object["skipped"]?.int,
      let head = Self.mark(object["head"], atMost: Self.maximumHeadByteCount, of: offset),
      let tail = Self.mark(object["tail"], atMost: Self.maximumTailByteCount, of: offset)
    else {
      throw DataSourceError(
        "the state of \(file) was not written by ingest: \(object). Point --state "
          + "to the state that belongs to it, or to a new directory together with another --to")
    }
    self.init(
      offset: offset, line: line, rowCount: rowCount, skippedRowCount: skippedRowCount,
      endsUnterminated: object["unterminated"]?.bool ?? false, head: head, tail: tail)
  }

  private static func mark(_ value: StateValue?, atMost limit: Int, of offset: Int64) -> Mark? {
    guard let byteCount = value?["bytes"]?.int, let fingerprint = value?["fnv1a64"]?.string,
      byteCount == min(Int64(limit), offset)
    else { return nil }
    return Mark(byteCount: Int(byteCount), fingerprint: fingerprint)
  }
}
