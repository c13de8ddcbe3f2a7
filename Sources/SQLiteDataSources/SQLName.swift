/// Names in SQL.
package enum SQLName {
  /// A name that SQLite takes for a name, whatever it is.
  static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// A name as SQLite compares it, which makes one of capital and small letters of ASCII.
  package static func folded(_ name: String) -> String {
    String(
      decoding: name.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether no table for rows can have this name: SQLite or ``SQLiteSink`` has it for itself.
  package static func isReserved(_ name: String) -> Bool {
    let name = folded(name)
    return name == SQLiteSink.cursorTable || name.hasPrefix("sqlite_")
  }
}
