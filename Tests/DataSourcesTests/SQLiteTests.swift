import DataSources
import SQLiteConnection
import StateJournal
import Testing

@testable import SQLiteDataSources

extension Trait where Self == ConditionTrait {
  /// For what needs the system's library.
  fileprivate static var hasSQLite: Self {
    .enabled(if: SQLiteError.libraryVersion != nil, "this system has no SQLite library")
  }
}

/// A database of a test's own.
struct TestTables {
  let path: String
  private let connection: Connection

  init(_ path: String) throws {
    self.path = path
    connection = try Connection(opening: path, busyTimeout: .seconds(5))
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

@Suite("Tables of SQLite as a source", .hasSQLite)
struct SQLiteSourceTests {
  private let folder: Folder
  private let tables: TestTables
  private let storage = InMemoryStateStorage()

  init() throws {
    folder = try Folder()
    tables = try TestTables(folder.path + "/shop.sqlite")
  }

  @discardableResult
  private func run(
    _ table: SQLiteTableSource.Table, batchRowCount: Int = 3
  ) async throws -> IngestionSummary {
    try await Ingestion(
      sources: [
        SQLiteTableSource(tables.path, tables: [table], batchRowCount: batchRowCount)
      ], sink: try NDJSONFileSink(folder.path + "/out"), storage: storage,
      policy: IngestionPolicy(grouping: GroupingPolicy(maximumPayloadCount: 1))
    ).run()
  }

  private func lines(_ name: String) -> [String] {
    (folder.text("out/\(name).ndjson") ?? "").split(separator: "\n").map(String.init)
  }

  @Test(
    "Rows come in the order of the key, new ones in the next run, members in that of the columns")
  func increasingKey() async throws {
    try tables.execute(
      "CREATE TABLE orders (name TEXT, id INTEGER PRIMARY KEY, price REAL, picture BLOB)",
      "INSERT INTO orders VALUES ('b', 2, 1.5, x'00ff'), ('a', 1, 2, NULL), ('\"', 9, 0.1, x'')")
    try await run(.init("orders", key: "id"))
    #expect(
      lines("orders") == [
        #"{"name":"a","id":1,"price":2.0,"picture":null}"#,
        #"{"name":"b","id":2,"price":1.5,"picture":"AP8="}"#,
        #"{"name":"\"","id":9,"price":0.1,"picture":""}"#,
      ])
    try tables.execute("INSERT INTO orders VALUES ('late', 5, 0, NULL), ('new', 10, 0, NULL)")
    let summary = try await run(.init("orders", key: "id"))
    #expect(summary.progress.rowCount == 1)
    #expect(lines("orders").last?.hasPrefix(#"{"name":"new","id":10"#) == true)
    let state = try await storage.read(.stream("orders", of: "sqlite"))
    #expect(state["key"] == 10)
    #expect(state["rows"] == 4)
  }

  @Test("Rows of one key are never parted, whatever the size of a batch", arguments: 1...7)
  func ties(batchRowCount: Int) async throws {
    try tables.execute(
      "CREATE TABLE log (at TEXT, n INTEGER)",
      "INSERT INTO log VALUES ('a', 1), ('b', 2), ('b', 3), ('b', 4), ('b', 5), ('c', 6)")
    try await run(.init("log", key: "at", columns: ["n"]), batchRowCount: batchRowCount)
    #expect(lines("log") == (1...6).map { "{\"n\":\($0)}" })
  }

  @Test("The greatest key is held back until there is a greater one, where that is asked for")
  func holdsBack() async throws {
    let table = SQLiteTableSource.Table(
      "log", key: "at", columns: ["n"], holdsBackGreatestKey: true)
    try tables.execute(
      "CREATE TABLE log (at TEXT, n INTEGER)", "INSERT INTO log VALUES ('a', 1), ('b', 2)")
    try await run(table)
    #expect(lines("log") == ["{\"n\":1}"])
    try tables.execute("INSERT INTO log VALUES ('b', 3), ('c', 4)")
    try await run(table)
    #expect(lines("log") == (1...3).map { "{\"n\":\($0)}" })
  }

  @Test("Text keys go by their bytes, also where the column says otherwise")
  func collation() async throws {
    try tables.execute(
      "CREATE TABLE names (name TEXT COLLATE NOCASE)",
      "INSERT INTO names VALUES ('b'), ('A'), ('a'), ('B')")
    try await run(.init("names", key: "name"), batchRowCount: 1)
    #expect(lines("names") == ["A", "B", "a", "b"].map { "{\"name\":\"\($0)\"}" })
  }

  @Test(
    "What cannot be read is an error that names the table and says what to do",
    arguments: [
      ("orders", "no", "has no column \"no\"; it has id, v"),
      ("none", "id", "no such table: none"),
      ("orders", "v", "has no v, so it would never be read"),
    ])
  func errors(table: String, key: String, words: String) async throws {
    try tables.execute(
      "CREATE TABLE orders (id INTEGER PRIMARY KEY, v)", "INSERT INTO orders VALUES (1, NULL)")
    let error = await #expect(throws: IngestionError.self) {
      try await run(.init(table, key: key))
    }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("the table \(table)") == true)
  }

  @Test("An infinite number is an error that names its row, and a missing database is not created")
  func infinity() async throws {
    try tables.execute(
      "CREATE TABLE orders (id INTEGER PRIMARY KEY, v)", "INSERT INTO orders VALUES (7, 9e999)")
    let error = await #expect(throws: IngestionError.self) {
      try await run(.init("orders", key: "id"))
    }
    #expect(error?.message.contains("the row of orders with the id 7 has a v of inf") == true)
    let missing = SQLiteTableSource(folder.path + "/none.sqlite", tables: [])
    await #expect(throws: DataSourceError.self) { try await missing.connect() }
    #expect(folder.text("none.sqlite") == nil)
  }
}

@Suite("Tables of SQLite as a sink", .hasSQLite)
struct SQLiteSinkTests {
  private let folder: Folder
  private let storage = InMemoryStateStorage()

  init() throws { folder = try Folder() }

  private var path: String { folder.path + "/out.sqlite" }

  private func run(
    _ rows: [StateObject], into sink: SQLiteSink, state: (any StateStorage)? = nil
  ) async throws {
    _ = try await Ingestion(
      sources: [RowsSource(rows)], sink: sink, storage: state ?? storage,
      policy: IngestionPolicy(grouping: GroupingPolicy(maximumPayloadCount: 1))
    ).run()
  }

  @Test("A table is made of the first row, and rows that lack a member have a null there")
  func makesTable() async throws {
    try await run(
      [
        ["id": 1, "name": "a", "price": 1.5, "ok": true, "tags": ["x"], "none": nil],
        ["id": 2, "name": nil], ["id": "3", "price": "0.5", "none": "text", "tags": 7],
      ], into: SQLiteSink(path))
    let tables = try TestTables(path)
    #expect(
      try tables.rows("SELECT id, name, price, ok, tags, none FROM rows ORDER BY id")
        == ["1|a|1.5|1|[\"x\"]|-", "2|-|-|-|-|-", "3|-|0.5|-|7|text"])
    #expect(
      try tables.rows("SELECT name, type FROM pragma_table_info('rows')").sorted()
        == ["id|INTEGER", "name|TEXT", "none|", "ok|INTEGER", "price|REAL", "tags|TEXT"])
    #expect(
      try tables.rows("SELECT source, stream, cursor, rows, commits FROM ingestion_cursor")
        == ["test|rows|{\"rows\":3}|3|2"])
  }

  @Test("With a key, a row takes the place of the one before")
  func upsert() async throws {
    let sink = SQLiteSink(
      path, table: "t", columns: [.init("id", .integer), .init("v", .text)], key: ["id"])
    try await run([["id": 1, "v": "a"], ["id": 2, "v": "b"], ["id": 1, "v": "c"]], into: sink)
    #expect(try TestTables(path).rows("SELECT id, v FROM t ORDER BY id") == ["1|c", "2|b"])
  }

  @Test("When the state is behind the target, as after a kill between the two, no row comes twice")
  func stateBehind() async throws {
    let rows: [StateObject] = (1...7).map { ["n": .int($0)] }
    try await run(Array(rows[..<4]), into: SQLiteSink(path))
    try await storage.apply([.update(.stream("rows", of: "test"), ["rows": 2])])
    try await run(rows, into: SQLiteSink(path))
    #expect(try TestTables(path).rows("SELECT n FROM rows") == (1...7).map(String.init))
    // Nor when it is lost altogether; and it follows.
    let empty = InMemoryStateStorage()
    try await run(rows, into: SQLiteSink(path), state: empty)
    #expect(try TestTables(path).rows("SELECT n FROM rows") == (1...7).map(String.init))
    #expect(try await empty.read(.stream("rows", of: "test"))["rows"] == 7)
  }

  @Test("When the target was restored from a backup, it gets the rows since")
  func targetBehind() async throws {
    let rows: [StateObject] = (1...6).map { ["n": .int($0)] }
    try await run(Array(rows[..<2]), into: SQLiteSink(path))
    try TestTables(path).execute("VACUUM INTO '\(folder.path)/backup.sqlite'")
    try await run(rows, into: SQLiteSink(path))
    try folder.rename("backup.sqlite", to: "out.sqlite")
    try await run(rows, into: SQLiteSink(path))
    #expect(try TestTables(path).rows("SELECT n FROM rows") == (1...6).map(String.init))
  }

  @Test(
    "A target that has lost its cursor is refused, so that nothing is missing from it unnoticed")
  func targetLost() async throws {
    try await run([["n": 1]], into: SQLiteSink(path))
    try folder.remove("out.sqlite")
    let error = await #expect(throws: IngestionError.self) {
      try await run([["n": 1], ["n": 2]], into: SQLiteSink(path))
    }
    #expect(
      error?.message.contains("knows nothing of test/rows, but 1 group of its rows") == true,
      "\(error?.message ?? "")")
  }

  @Test(
    "What does not fit a column fails the run, names the member, and leaves the group out",
    arguments: [
      (["id": "x"], "its member \"id\" is \"x\", and the column of the table t takes integer"),
      (["id": 1.5], "\"id\" is 1.5"), (["id": 4, "p": "NaN"], "\"p\" is \"NaN\""),
      (["id": 4, "new": 1], "its member \"new\" is no column of the table t: id, p"),
      (["p": 1], "its key \"id\" is null"),
    ] as [(StateObject, String)])
  func misfits(row: StateObject, words: String) async throws {
    let sink = SQLiteSink(
      path, table: "t", columns: [.init("id", .integer), .init("p", .real)], key: ["id"])
    let error = await #expect(throws: IngestionError.self) {
      try await run([["id": 1], ["id": 2], ["id": 3], row], into: sink)
    }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(try TestTables(path).rows("SELECT id FROM t") == ["1", "2"])
    #expect(try await storage.read(.stream("rows", of: "test"))["rows"] == 2)
  }

  @Test("A member that only looks like a column is none, so that its value is not lost silently")
  func lookAlike() async throws {
    let (one, two) = ("\u{e9}", "e\u{301}")
    let error = await #expect(throws: IngestionError.self) {
      try await run([[one: 1], [one: 2], [two: 3]], into: SQLiteSink(path))
    }
    #expect(error?.message.contains("is no column of the table rows") == true)
    #expect(try TestTables(path).rows("SELECT * FROM rows") == ["1", "2"])
  }

  @Test(
    "A state that belongs to another destination is refused, so that no earlier row is left out")
  func otherDestination() async throws {
    let rows: [StateObject] = (1...4).map { ["n": .int($0)] }
    _ = try await Ingestion(
      sources: [RowsSource(Array(rows[..<2]))], sink: try NDJSONFileSink(folder.path + "/out"),
      storage: storage
    ).run()
    let error = await #expect(throws: IngestionError.self) {
      try await run(rows, into: SQLiteSink(path))
    }
    #expect(
      error?.message.contains("not written by a sink for SQLite") == true,
      "\(error?.message ?? "")")
    #expect(error?.message.contains("test/rows") == true)
  }

  @Test("A table that was dropped is refused: the rows behind the cursor would be missing from it")
  func droppedTable() async throws {
    try await run([["n": 1]], into: SQLiteSink(path))
    try TestTables(path).execute("DROP TABLE rows")
    let error = await #expect(throws: IngestionError.self) {
      try await run([["n": 1], ["n": 2]], into: SQLiteSink(path))
    }
    #expect(error?.message.contains("has no table rows any more") == true)
  }

  @Test(
    "A group is synced in full, and the database keeps the journal that it has",
    arguments: [
      "delete", "wal",
    ])
  func synced(mode: String) throws {
    try TestTables(path).execute("PRAGMA journal_mode = \(mode)", "CREATE TABLE t (n)")
    let target = try TargetDatabase(path, columns: nil, key: [], busyTimeout: .seconds(5))
    // 3 is EXTRA: as FULL, and the removal of a rollback journal is synced as well.
    #expect(try target.connection.execute("PRAGMA synchronous") == 3)
    let found = try target.connection.prepare("PRAGMA journal_mode").rows {
      (row) throws(SQLiteError) in try row.text(0)
    }
    #expect(found == [mode])
  }
}

@Suite("Tables whose columns look alike", .hasSQLite)
struct LookAlikeColumnTests {
  @Test("A key that only looks like a column is no key: SQLite would take it for a text")
  func key() async throws {
    let folder = try Folder()
    let path = folder.path + "/in.sqlite"
    try TestTables(path).execute(
      "CREATE TABLE t (\"\u{e9}\" INTEGER)", "INSERT INTO t VALUES (1), (2)")
    let error = await #expect(throws: IngestionError.self) {
      try await Ingestion(
        sources: [SQLiteTableSource(path, tables: [.init("t", key: "e\u{301}")])],
        sink: try NDJSONFileSink(folder.path + "/out"), storage: InMemoryStateStorage()
      ).run()
    }
    #expect(error?.message.contains("has no column") == true, "\(error?.message ?? "")")
  }
}

@Suite(
  "Tables where there is no SQLite",
  .disabled(if: SQLiteError.libraryVersion != nil, "this system has a SQLite library"))
struct NoSQLiteTests {
  @Test(
    "Connecting to a database, and resuming a stream in one, are errors that say what to install")
  func errors() async throws {
    let folder = try Folder()
    let errors = [
      await #expect(throws: DataSourceError.self) {
        try await SQLiteTableSource(folder.path + "/in.sqlite", tables: []).connect()
      },
      await #expect(throws: DataSourceError.self) {
        _ = try await SQLiteSink(folder.path + "/out.sqlite").resume(
          .stream("rows", of: "test"), at: nil)
      },
    ]
    for error in errors {
      #expect(error?.message.contains("no SQLite library; install libsqlite3") == true)
    }
    #expect(folder.text("out.sqlite") == nil)
  }
}
