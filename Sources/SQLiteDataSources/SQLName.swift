/// Names in SQL.
enum SQLName {
  /// A name that SQLite takes for a name, whatever it is.
  static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
