import SQLiteConnection
import Testing

extension Trait where Self == ConditionTrait {
  /// For what needs the system's library.
  static var hasSQLite: Self {
    .enabled(if: SQLiteError.libraryVersion != nil, "this system has no SQLite library")
  }
}

/// A database of a test's own.
struct TestTables {
  let path: String
  private let connection: Connection

  init(_ path: String) throws {
    self.path = path
    connection = try Connection(opening: path, busyTimeout: .seconds(120))
  }

  func execute(_ texts: String...) throws {
    for text in texts { try connection.execute(text) }
  }

  /// Rows as texts, columns with bars between.
  func rows(_ query: String) throws -> [String] {
    try connection.prepare(query).rows { (row) throws(SQLiteError) in
      var texts: [String] = []
      for column in row.columnNames.indices {
        texts.append(row.kind(Int32(column)) == .null ? "-" : try row.text(Int32(column)))
      }
      return texts.joined(separator: "|")
    }
  }
}
