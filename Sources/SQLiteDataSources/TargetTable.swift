import DataSources
import SQLiteConnection
import StateJournal

/// A table that rows go to.
final class TargetTable {
  private let name: String
  private let path: String
  private let columns: [SQLiteSink.Column]
  private let key: [String]
  private let insert: Statement

  /// A table, which is made when it is missing, within the transaction that is open.
  init(
    _ name: String, in connection: Connection, columns given: [SQLiteSink.Column]?, key: [String],
    firstRow names: [String], _ row: StateObject
  ) throws(SQLiteError) {
    self.name = name
    self.key = key
    path = connection.path
    var columns = try Self.columns(of: name, in: connection)
    if columns.isEmpty {
      columns = given ?? names.map { SQLiteSink.Column($0, .init(holding: row[$0] ?? .null)) }
      if columns.isEmpty {
        throw SQLiteError(
          "the first row has no members, so there are no columns; name them", path: path)
      }
      if let unknown = key.first(where: { !$0.isAmong(columns.lazy.map(\.name)) }) {
        throw SQLiteError("the key \"\(unknown)\" is none of the columns", path: path)
      }
      try connection.execute(Self.creation(of: name, columns, key))
    }
    self.columns = columns
    insert = try connection.prepare(Self.insertion(into: name, columns, key))
  }

  /// Writes a row.
  func put(_ row: StateObject) throws(SQLiteError) {
    if let surplus = row.names.first(where: { !$0.isAmong(columns.lazy.map(\.name)) }) {
      throw SQLiteError(
        "its member \"\(surplus)\" is no column of the table \(name): "
          + columns.map(\.name).joined(separator: ", ")
          + "; add the column, or make the table anew",
        path: path)
    }
    var values: [Statement.Value] = []
    for column in columns {
      let value = row[column.name] ?? .null
      if value.isNull, key.contains(column.name) {
        throw SQLiteError("its key \"\(column.name)\" is null", path: path)
      }
      guard let fitting = column.kind.fitting(value) else {
        throw SQLiteError(
          "its member \"\(column.name)\" is \(value), and the column of the table \(name) takes "
            + "\(column.kind.rawValue) only", path: path)
      }
      values.append(fitting)
    }
    try insert.run(binding: values)
  }

  /// The columns of a table; none when there is no such table.
  static func columns(
    of table: String, in connection: Connection
  ) throws(SQLiteError) -> [SQLiteSink.Column] {
    try connection.prepare("SELECT name, type FROM pragma_table_info(?1)").rows(.text(table)) {
      (row) throws(SQLiteError) in
      SQLiteSink.Column(try row.text(0), .init(declared: try row.text(1)))
    }
  }

  private static func creation(
    of table: String, _ columns: [SQLiteSink.Column], _ key: [String]
  ) -> String {
    var parts = columns.map { column in
      "\(SQLName.quoted(column.name)) \(column.kind.declaration)"
        + (key.contains(column.name) ? " NOT NULL" : "")
    }
    if !key.isEmpty {
      parts.append("PRIMARY KEY (\(key.map(SQLName.quoted).joined(separator: ", ")))")
    }
    return "CREATE TABLE \(SQLName.quoted(table)) (\(parts.joined(separator: ", ")))"
  }

  private static func insertion(
    into table: String, _ columns: [SQLiteSink.Column], _ key: [String]
  ) -> String {
    let names = columns.map { SQLName.quoted($0.name) }
    let places = columns.indices.map { "?\($0 + 1)" }
    var text =
      "INSERT INTO \(SQLName.quoted(table)) (\(names.joined(separator: ", "))) "
      + "VALUES (\(places.joined(separator: ", ")))"
    if key.isEmpty { return text }
    let keyNames = key.map(SQLName.quoted)
    let others = names.filter { !keyNames.contains($0) }.map { "\($0) = excluded.\($0)" }
    text += " ON CONFLICT (\(keyNames.joined(separator: ", "))) DO "
    return text + (others.isEmpty ? "NOTHING" : "UPDATE SET \(others.joined(separator: ", "))")
  }
}

extension SQLiteSink.Column.Kind {
  /// The kind of column that a value asks for.
  init(holding value: StateValue) {
    switch value {
    case .int, .bool: self = .integer
    case .double: self = .real
    case .string, .array, .object: self = .text
    case .null: self = .any
    }
  }

  /// The kind of a column by its declared type, in the order in which SQLite decides.
  init(declared type: String) {
    let type = type.uppercased()
    func has(_ words: String...) -> Bool { words.contains { type.contains($0) } }
    if has("INT") {
      self = .integer
    } else if has("CHAR", "CLOB", "TEXT") {
      self = .text
    } else if has("REAL", "FLOA", "DOUB") {
      self = .real
    } else {
      self = .any
    }
  }

  fileprivate var declaration: String {
    switch self {
    case .integer: "INTEGER"
    case .real: "REAL"
    case .text: "TEXT"
    case .any: ""
    }
  }

  /// A value as this kind of column takes it; `nil` when it does not.
  func fitting(_ value: StateValue) -> Statement.Value? {
    switch (self, value) {
    case (_, .null): .null
    case (.integer, .int(let number)), (.any, .int(let number)): .integer(number)
    case (.integer, .bool(let isTrue)), (.any, .bool(let isTrue)): .integer(isTrue ? 1 : 0)
    case (.integer, .string(let text)): Int64(text).map { .integer($0) }
    case (.integer, _): nil
    case (.real, .double(let number)), (.any, .double(let number)): .real(number)
    case (.real, .int(let number)): Double(exactly: number).map { .real($0) }
    case (.real, .string(let text)):
      Double(text).flatMap { $0.isFinite ? .real($0) : nil }
    case (.real, _): nil
    case (.text, .string(let text)), (.any, .string(let text)): .text(text)
    case (.text, _), (.any, _): .text(value.description)
    }
  }
}
