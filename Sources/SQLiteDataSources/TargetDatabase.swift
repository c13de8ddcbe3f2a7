import DataSources
import SQLiteConnection
import StateJournal

/// The database that a sink writes to, for one caller at a time.
final class TargetDatabase {
  let connection: Connection
  private let columns: [SQLiteSink.Column]?
  private let key: [String]
  private let selectCursor: Statement
  private let selectCount: Statement
  private let putCursor: Statement
  private var tables: [String: TargetTable] = [:]

  init(
    _ path: String, columns: [SQLiteSink.Column]?, key: [String], busyTimeout: Duration
  ) throws(DataSourceError) {
    self.columns = columns
    self.key = key
    do throws(SQLiteError) {
      let connection = try Connection(opening: path, busyTimeout: busyTimeout)
      // What is acknowledged must survive power loss, also where a rollback journal is removed to
      // commit; with less, the state of the job could be ahead of the rows.
      try connection.execute("PRAGMA synchronous = EXTRA")
      let table = SQLiteSink.cursorTable
      try connection.execute(
        """
        CREATE TABLE IF NOT EXISTS \(table) (source TEXT NOT NULL, stream TEXT NOT NULL,
        cursor TEXT NOT NULL, rows INTEGER NOT NULL, commits INTEGER NOT NULL,
        PRIMARY KEY (source, stream)) WITHOUT ROWID
        """)
      selectCursor = try connection.prepare(
        "SELECT cursor FROM \(table) WHERE source = ?1 AND stream = ?2")
      selectCount = try connection.prepare(
        "SELECT commits FROM \(table) WHERE source = ?1 AND stream = ?2")
      putCursor = try connection.prepare(
        """
        INSERT INTO \(table) VALUES (?1, ?2, ?3, ?4, 1) ON CONFLICT DO UPDATE
        SET cursor = excluded.cursor, rows = rows + excluded.rows, commits = commits + 1
        """)
      self.connection = connection
    } catch {
      throw Self.failure("open the database", error)
    }
  }

  /// How many groups with rows of a stream were committed.
  func commitCount(of stream: StateAddress) throws(DataSourceError) -> Int64 {
    do throws(SQLiteError) {
      return try selectCount.rows(.text(stream.source), .text(stream.name)) { $0.integer(0) }.first
        ?? 0
    } catch {
      throw Self.failure("tell how far \(stream) has come", error)
    }
  }

  /// Whether the rows of a stream that were committed can be there: false when their table is not.
  func hasRows(of stream: StateAddress, in table: String) throws(DataSourceError) -> Bool {
    do throws(SQLiteError) {
      let rowCount =
        try connection.prepare(
          "SELECT rows FROM \(SQLiteSink.cursorTable) WHERE source = ?1 AND stream = ?2"
        ).rows(.text(stream.source), .text(stream.name)) { $0.integer(0) }.first ?? 0
      if rowCount == 0 { return true }
      return try !TargetTable.columns(of: table, in: connection).isEmpty
    } catch {
      throw Self.failure("tell whether the rows of \(stream) are there", error)
    }
  }

  /// The state behind the rows of a stream; `nil` when there are none.
  func cursor(of stream: StateAddress) throws(DataSourceError) -> StateObject? {
    let texts: [String]
    do throws(SQLiteError) {
      texts = try selectCursor.rows(.text(stream.source), .text(stream.name)) {
        (row) throws(SQLiteError) in try row.text(0)
      }
    } catch {
      throw Self.failure("tell how far \(stream) has come", error)
    }
    guard let text = texts.first else { return nil }
    do throws(StateError) {
      return try StateObject(json: text)
    } catch {
      throw DataSourceError(
        "\(connection.path): the cursor of \(stream) in the table \(SQLiteSink.cursorTable) is no state "
          + "(\(error.message)): another program has written it; correct it", underlying: error)
    }
  }

  /// Writes a group as one durable transaction; returns how many of each stream were committed.
  func write(
    _ group: PayloadGroup<NDJSONRows>, tableOf: (StateAddress) -> String
  ) throws(DataSourceError) -> [StateAddress: Int64] {
    let wrap = { (error: SQLiteError) in Self.failure("commit the rows", error) }
    return try connection.transaction(wrapping: wrap) { () throws(DataSourceError) in
      var last: [StateAddress: (state: StateObject, rowCount: Int)] = [:]
      for entry in group.entries {
        try write(entry.payload.data, of: entry.stream, to: tableOf(entry.stream))
        let before = last[entry.stream]?.rowCount ?? 0
        last[entry.stream] = (entry.payload.state, before + entry.payload.data.rowCount)
      }
      var counts: [StateAddress: Int64] = [:]
      for (stream, (state, rowCount)) in last {
        do {
          try putCursor.run(
            .text(stream.source), .text(stream.name), .text(try state.json()),
            .integer(Int64(rowCount)))
        } catch let error as SQLiteError {
          throw Self.failure("note how far \(stream) has come", error)
        } catch {
          throw DataSourceError("the state of \(stream): \(error)", underlying: error)
        }
        counts[stream] = try commitCount(of: stream)
      }
      return counts
    }
  }

  private func write(
    _ rows: NDJSONRows, of stream: StateAddress, to name: String
  ) throws(DataSourceError) {
    if rows.rowCount == 0 { return }
    let objects = try rows.objects()
    let table: TargetTable
    do throws(SQLiteError) {
      if let known = tables[name] {
        table = known
      } else {
        table = try TargetTable(
          name, in: connection, columns: columns, key: key,
          firstRow: JSONPlaces.members(in: rows.bytes.span).map(\.name), objects[0])
      }
    } catch {
      throw Self.failure("prepare the table \(name)", error)
    }
    tables[name] = table
    for (index, row) in objects.enumerated() {
      do throws(SQLiteError) {
        try table.put(row)
      } catch {
        throw Self.failure(
          "write row \(index + 1) of those that \(stream) handed on", error)
      }
    }
  }

  private static func failure(_ purpose: String, _ error: SQLiteError) -> DataSourceError {
    DataSourceError(
      "cannot \(purpose): \(error)", isTransient: error.isBusy, underlying: error)
  }
}
