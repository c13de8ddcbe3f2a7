internal import SQLiteConnection

/// The tables, and which version of them a file has.
///
/// One row is one object, as JSON text, so that SQL can look into it: `SELECT object ->> 'last_id'
/// FROM state WHERE source = 'orders'`. The version of a row is the number of the transaction that
/// wrote it.
enum Schema {
  /// "SJST", by which `file` and SQLite tell these databases from others.
  static let applicationID: Int64 = 0x534a_5354
  static let version: Int64 = 1

  private static let tables = [
    """
    CREATE TABLE state (
      source TEXT NOT NULL,
      scope TEXT NOT NULL CHECK (scope IN ('stream', 'others')),
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      object TEXT NOT NULL,
      PRIMARY KEY (source, scope, name)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)",
    "INSERT INTO counter VALUES (1, 0)",
    "PRAGMA application_id = \(applicationID)",
    "PRAGMA user_version = \(version)",
  ]

  /// Makes commits durable and the tables those of this version, or refuses a file that is not ours.
  static func prepare(_ connection: Connection) throws(SQLiteError) {
    // Before anything is changed: another program's database must be left as it is.
    try check(connection)
    try connection.execute("PRAGMA journal_mode = WAL")
    try connection.execute("PRAGMA synchronous = FULL")
    if try connection.execute("PRAGMA user_version") == version { return }
    try connection.transaction(wrapping: \.self) { () throws(SQLiteError) in
      // Another process may have made them while this one waited for its turn.
      try check(connection)
      if try connection.execute("PRAGMA user_version") == version { return }
      for statement in tables { try connection.execute(statement) }
    }
  }

  private static func check(_ connection: Connection) throws(SQLiteError) {
    let found = try connection.execute("PRAGMA user_version") ?? 0
    let application = try connection.execute("PRAGMA application_id") ?? 0
    if application == applicationID {
      if found > version {
        throw refusal(
          "its schema has version \(found), which is newer than this program", connection)
      }
      return
    }
    let tableCount = try connection.execute("SELECT count(*) FROM sqlite_schema") ?? 0
    if application != 0 || tableCount != 0 || found != 0 {
      throw refusal("it is the database of another program", connection)
    }
  }

  private static func refusal(_ message: String, _ connection: Connection) -> SQLiteError {
    SQLiteError(code: 0, extendedCode: 0, message: message, path: connection.path)
  }
}
