import DataSources
import Foundation
import SQLiteConnection
import StateJournal

/// A table, and the query that reads it on from a key.
final class TableReading {
  struct Batch {
    var rows: NDJSONRows
    var lastKey: Statement.Value
  }

  private let path: String
  private let table: SQLiteTableSource.Table
  private let batchRowCount: Int
  private let first: Statement
  private let next: Statement
  private let nullKey: Statement
  private let names: [String]

  static func open(
    _ path: String, busyTimeout: Duration
  ) throws(DataSourceError) -> Connection {
    do throws(SQLiteError) {
      let connection = try Connection(opening: path, creating: false, busyTimeout: busyTimeout)
      // Opening alone does not look into the file.
      try connection.execute("SELECT count(*) FROM sqlite_schema")
      return connection
    } catch {
      throw DataSourceError(
        "cannot open the database: \(error)", isTransient: error.isBusy, underlying: error)
    }
  }

  init(
    _ path: String, table: SQLiteTableSource.Table, batchRowCount: Int, busyTimeout: Duration
  ) throws(DataSourceError) {
    self.path = path
    self.table = table
    self.batchRowCount = batchRowCount
    let connection = try Self.open(path, busyTimeout: busyTimeout)
    let (name, key) = (SQLName.quoted(table.name), SQLName.quoted(table.key))
    let columns = table.columns.map { $0.map(SQLName.quoted).joined(separator: ", ") } ?? "*"
    // One statement, so that the end of the batch and its rows are of one moment. The inner query finds
    // the key of the last row; all rows of that key come along.
    func query(_ condition: String) -> String {
      """
      SELECT \(key) COLLATE BINARY, \(columns) FROM \(name) WHERE \(condition) \(key) COLLATE BINARY <=
      (SELECT max(k) FROM (SELECT \(key) COLLATE BINARY AS k FROM \(name) WHERE \(condition)
      \(key) IS NOT NULL ORDER BY 1 LIMIT ?2))
      \(table.holdsBackGreatestKey ? "AND \(key) COLLATE BINARY < (SELECT max(\(key) COLLATE BINARY) FROM \(name))" : "")
      ORDER BY 1
      """
    }
    do throws(SQLiteError) {
      let known = try connection.prepare("SELECT * FROM \(name) LIMIT 0").columnNames
      // SQLite takes a quoted name that is no column for a text, and would say nothing.
      if let unknown = ([table.key] + (table.columns ?? [])).first(where: { !$0.isAmong(known) }) {
        throw SQLiteError(
          "the table \(table.name) has no column \"\(unknown)\"; it has \(known.joined(separator: ", "))",
          path: path)
      }
      first = try connection.prepare(query(""))
      next = try connection.prepare(query("\(key) COLLATE BINARY > ?1 AND"))
      nullKey = try connection.prepare("SELECT 1 FROM \(name) WHERE \(key) IS NULL LIMIT 1")
      names = table.columns ?? known
    } catch {
      throw Self.failure(table, error)
    }
  }

  /// The rows behind a key, or the first ones; `nil` when there are none.
  func batch(after key: Statement.Value?) throws(DataSourceError) -> Batch? {
    do throws(SQLiteError) {
      if try !nullKey.rows(read: { _ in true }).isEmpty {
        throw SQLiteError(
          "a row of \(table.name) has no \(table.key), so it would never be read: give it one, or read "
            + "the table by another key", path: path)
      }
      var (bytes, rowCount) = ([UInt8](), 0)
      var lastKey: Statement.Value?
      _ = try (key == nil ? first : next).rows(
        binding: [key ?? .null, .integer(Int64(batchRowCount))]
      ) { (row) throws(SQLiteError) in
        let key = try self.key(row)
        try append(row, key, to: &bytes)
        rowCount += 1
        lastKey = key
      }
      return lastKey.map {
        Batch(rows: NDJSONRows(bytes: bytes, rowCount: rowCount), lastKey: $0)
      }
    } catch {
      throw Self.failure(table, error)
    }
  }

  private static func failure(
    _ table: SQLiteTableSource.Table, _ error: SQLiteError
  ) -> DataSourceError {
    DataSourceError(
      "cannot read the table \(table.name): \(error)", isTransient: error.isBusy, underlying: error)
  }

  private func key(_ row: Statement) throws(SQLiteError) -> Statement.Value {
    switch row.kind(0) {
    case .integer: return .integer(row.integer(0))
    case .real where row.real(0).isFinite: return .real(row.real(0))
    case .text: return .text(try row.text(0))
    case .real, .blob, .null:
      throw SQLiteError(
        "a row of \(table.name) has a \(table.key) that is no integer, finite number or text; read the "
          + "table by another key", path: path)
    }
  }

  private func append(
    _ row: Statement, _ key: Statement.Value, to bytes: inout [UInt8]
  ) throws(SQLiteError) {
    for (index, name) in names.enumerated() {
      JSONText.append(token: index == 0 ? "{" : ",", to: &bytes)
      JSONText.append(string: name, to: &bytes)
      JSONText.append(token: ":", to: &bytes)
      let column = Int32(index + 1)
      switch row.kind(column) {
      case .null: JSONText.append(token: "null", to: &bytes)
      case .integer: JSONText.append(integer: row.integer(column), to: &bytes)
      case .text: JSONText.append(string: try row.text(column), to: &bytes)
      case .blob:
        JSONText.append(string: Data(row.blob(column)).base64EncodedString(), to: &bytes)
      case .real:
        let value = row.real(column)
        guard value.isFinite else {
          throw SQLiteError(
            "the row of \(table.name) with the \(table.key) \(key) has a \(name) of \(value), which JSON "
              + "cannot write; leave the column out, or correct the row", path: path)
        }
        JSONText.append(finite: value, to: &bytes)
      }
    }
    JSONText.append(token: "}\n", to: &bytes)
  }
}

extension Statement.Value: CustomStringConvertible {
  package var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .null: "null"
    }
  }
}
