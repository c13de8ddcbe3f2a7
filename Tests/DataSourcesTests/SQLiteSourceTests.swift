import DataSources
import StateJournal
import Testing

@testable import SQLiteDataSources

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
