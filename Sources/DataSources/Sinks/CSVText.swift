import StateJournal

/// Rows as CSV (RFC 4180).
enum CSVText {
  /// Appends the first row.
  static func append(header columns: [String], to csv: inout [UInt8]) {
    for (index, column) in columns.enumerated() {
      if index > 0 { csv.append(UInt8(ascii: ",")) }
      append(text: column, to: &csv)
    }
    csv.append(contentsOf: "\r\n".utf8)
  }

  /// Appends a row.
  static func append(_ values: [StateValue], to csv: inout [UInt8]) throws(DataSourceError) {
    for (index, value) in values.enumerated() {
      if index > 0 { csv.append(UInt8(ascii: ",")) }
      switch value {
      // A row of one empty field is an empty line, which many readers pass over.
      case .null: if values.count == 1 { csv.append(contentsOf: "\"\"".utf8) }
      case .string(let text): append(text: text, to: &csv)
      case .bool, .int, .double, .array, .object:
        do throws(StateError) {
          append(text: try value.json(), to: &csv)
        } catch {
          throw DataSourceError(error.message, underlying: error)
        }
      }
    }
    csv.append(contentsOf: "\r\n".utf8)
  }

  /// Appends a field, in quotes where it must be. An empty text is quoted to tell it from null.
  private static func append(text: String, to csv: inout [UInt8]) {
    let needsQuotes =
      text.isEmpty
      || text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    guard needsQuotes else {
      csv.append(contentsOf: text.utf8)
      return
    }
    csv.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { csv.append(byte) }
      csv.append(byte)
    }
    csv.append(UInt8(ascii: "\""))
  }
}
