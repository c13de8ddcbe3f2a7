public import StateJournal

/// Rows as lines of NDJSON: complete ones, each one JSON object with a line feed behind it.
///
/// This is what the sources and the sinks of this package hand on: it keeps rows as they were
/// written (the order of members, the digits of a number), and it costs nothing where it goes from
/// file to file. Sources of your own make it of objects, with ``init(_:)``.
public struct NDJSONRows: PayloadData, Equatable {
  /// The lines.
  public internal(set) var bytes: [UInt8]
  /// How many there are.
  public internal(set) var rowCount: Int

  /// The bytes of the lines.
  public var byteCount: Int { bytes.count }

  /// Lines that are complete and valid.
  package init(bytes: [UInt8], rowCount: Int) {
    self.bytes = bytes
    self.rowCount = rowCount
  }

  /// The lines of some objects.
  ///
  /// - Throws: when an object holds what JSON cannot write (a NaN), with the number of the row,
  ///   counted from 1.
  public init(_ objects: [StateObject]) throws(DataSourceError) {
    var bytes: [UInt8] = []
    for (index, object) in objects.enumerated() {
      do throws(StateError) {
        try object.appendJSON(to: &bytes)
      } catch {
        throw DataSourceError("row \(index + 1): \(error.message)", underlying: error)
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    self.init(bytes: bytes, rowCount: objects.count)
  }

  /// The lines as objects, in order; members in the order of `StateMap`.
  ///
  /// - Throws: when a line holds what an object of state cannot (an integer past 64 bits), with the
  ///   number of the row, counted from 1.
  public func objects() throws(DataSourceError) -> [StateObject] {
    var objects: [StateObject] = []
    objects.reserveCapacity(rowCount)
    var start = 0
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
      do throws(StateError) {
        objects.append(try StateObject(json: bytes.span.extracting(start..<index)))
      } catch {
        throw DataSourceError("row \(objects.count + 1): \(error.message)", underlying: error)
      }
      start = index + 1
    }
    return objects
  }
}
