import DataSources
import SQLiteConnection
import StateJournal
import Testing

@testable import SQLiteDataSources

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
    let target = try TargetDatabase(path, columns: nil, key: [], busyTimeout: .seconds(120))
    // 3 is EXTRA: as FULL, and the removal of a rollback journal is synced as well.
    #expect(try target.connection.execute("PRAGMA synchronous") == 3)
    let found = try target.connection.prepare("PRAGMA journal_mode").rows {
      (row) throws(SQLiteError) in try row.text(0)
    }
    #expect(found == [mode])
  }

  @Test(
    "A database that is in no file is refused, since what is acknowledged would be gone with it",
    arguments: ["", ":memory:", "a\0b"])
  func noFile(path: String) async throws {
    let error = await #expect(throws: IngestionError.self) {
      try await run([["a": 1]], into: SQLiteSink(path))
    }
    #expect(error?.underlying != nil)
    #expect(try await storage.read(.stream("rows", of: "test")) == [:])
  }

  @Test("Rows never go to the table of cursors, however its name is written")
  func cursorTable() async throws {
    for name in [SQLiteSink.cursorTable, "Ingestion_CURSOR"] {
      let error = await #expect(throws: IngestionError.self) {
        try await run(
          [["source": "s", "stream": "t", "cursor": "{}", "rows": 1, "commits": 1]],
          into: SQLiteSink(path, table: name))
      }
      #expect(error?.message.contains("give them a table of another name") == true)
    }
  }
}
