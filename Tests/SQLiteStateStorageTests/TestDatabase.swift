@testable import SQLiteStateStorage

/// Another program that uses the same database.
enum TestDatabase {
  static func execute(_ statements: String, in path: String) throws {
    let connection = try Connection(opening: path, busyTimeout: .seconds(120))
    for statement in statements.split(separator: ";") {
      try connection.execute(String(statement))
    }
  }

  static func integer(_ query: String, in path: String) throws -> Int64? {
    try Connection(opening: path, busyTimeout: .seconds(120)).execute(query)
  }
}
