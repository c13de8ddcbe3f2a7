import DataSources
import StateJournal
import Testing

@Suite("CSV files as a sink")
struct CSVSinkTests {
  private let folder: Folder
  private let storage = InMemoryStateStorage()

  init() throws { folder = try Folder() }

  private func run(
    _ rows: [StateObject], columns: [String]? = nil, name: String = "rows"
  ) async throws {
    _ = try await Ingestion(
      sources: [RowsSource(rows, name: name)],
      sink: try CSVFileSink(folder.path + "/out", columns: columns), storage: storage,
      policy: IngestionPolicy(grouping: GroupingPolicy(maximumPayloadCount: 1))
    ).run()
  }

  @Test("Fields are quoted as RFC 4180 asks, and null, an empty text and JSON are told apart")
  func quoting() async throws {
    try await run(
      [
        ["a": "plain", "b": "with, comma", "c": "with \"quotes\""],
        ["a": "two\nlines", "b": "", "c": nil], ["a": 1, "b": 1.5, "c": true],
        ["a": [1, "x"], "b": ["k": nil]],
      ], columns: ["c", "a", "b"])
    #expect(
      folder.text("out/rows.csv")
        == "c,a,b\r\n\"with \"\"quotes\"\"\",plain,\"with, comma\"\r\n,\"two\nlines\",\"\"\r\n"
        + "true,1,1.5\r\n,\"[1,\"\"x\"\"]\",\"{\"\"k\"\":null}\"\r\n")
  }

  @Test("The columns are those of the first row, in its order, and stay so in later runs")
  func columnsFromFirstRow() async throws {
    try folder.put("{\"z\":1,\"a\":2}\n{\"a\":3}\n", in: "rows.ndjson")
    let source = DirectorySource(folder.path, identifier: "in", format: .ndjson)
    func run() async throws {
      _ = try await Ingestion(
        sources: [source], sink: try CSVFileSink(folder.path + "/out"), storage: storage
      ).run()
    }
    try await run()
    try folder.append("{\"a\":5,\"z\":4}\n", to: "rows.ndjson")
    try await run()
    #expect(folder.text("out/rows.csv") == "z,a\r\n1,2\r\n,3\r\n4,5\r\n")
    let state = try await storage.read(.stream("rows", of: "in"))
    #expect(state["sink"] == ["file": "rows.csv", "length": 19, "columns": ["z", "a"]])
  }

  @Test("A member that is no column fails the run and names it; what was committed stays")
  func surplusMember() async throws {
    let rows: [StateObject] = [["a": 1], ["a": 2], ["a": 3, "b": 4]]
    let error = await #expect(throws: IngestionError.self) { try await run(rows) }
    #expect(error?.reason == .sink)
    #expect(error?.message.contains("has a member \"b\", which is no column of ") == true)
    #expect(folder.text("out/rows.csv") == "a\r\n1\r\n2\r\n")
  }

  @Test("A member that only looks like a column is none, so that its value is not lost silently")
  func lookAlike() async throws {
    let error = await #expect(throws: IngestionError.self) {
      try await run([["\u{e9}": 1], ["\u{e9}": 2], ["e\u{301}": 3]])
    }
    #expect(error?.message.contains("which is no column of ") == true)
    #expect(folder.text("out/rows.csv") == "\u{e9}\r\n1\r\n2\r\n")
  }

  @Test("Sources whose names only look alike go each to its own sink")
  func lookAlikeRoutes() async throws {
    let names = ["\u{e9}", "e\u{301}"]
    let routes: [(sink: any IngestionSink<NDJSONRows>, sources: [String])] = try [
      (CSVFileSink(folder.path + "/one"), [names[0]]),
      (CSVFileSink(folder.path + "/two"), [names[1]]),
    ]
    _ = try await Ingestion(
      sources: names.enumerated().map { RowsSource([["n": .int(Int64($0))]], identifier: $1) },
      sink: RoutingSink(routes), storage: storage
    ).run()
    #expect(folder.text("one/rows.csv") == "n\r\n0\r\n")
    #expect(folder.text("two/rows.csv") == "n\r\n1\r\n")
  }

  @Test("Columns that differ from those that the file began with are refused")
  func otherColumns() async throws {
    try await run([["a": 1]], columns: ["a"])
    let error = await #expect(throws: IngestionError.self) {
      try await run([["a": 1], ["b": 1]], columns: ["a", "b"])
    }
    #expect(
      error?.message.contains("was begun with the columns a, and is to have a, b now") == true)
    #expect(throws: DataSourceError.self) { try CSVFileSink(folder.path, columns: []) }
    #expect(throws: DataSourceError.self) { try CSVFileSink(folder.path, columns: ["a", "a"]) }
  }

  @Test("What lies behind the committed length is cut off, the header included")
  func cut() async throws {
    let state: StateObject = ["sink": ["file": "rows.csv", "length": 0]]
    try await storage.apply([.update(.stream("rows", of: "test"), state)])
    _ = try CSVFileSink(folder.path + "/out")
    try folder.put("a\r\n1\r\n2\r\n3", in: "out/rows.csv")
    try await run([["a": 7]])
    #expect(folder.text("out/rows.csv") == "a\r\n7\r\n")
  }

  @Test("Two streams that would be written to one file are refused")
  func sameFile() async throws {
    let error = await #expect(throws: IngestionError.self) {
      _ = try await Ingestion(
        sources: [RowsSource([["a": 1]]), RowsSource([["a": 1]], identifier: "other")],
        sink: try CSVFileSink(folder.path + "/out"), storage: storage
      ).run()
    }
    #expect(error?.message.contains("would both be written to") == true)
  }

  @Test("Each source goes to its own sink, and a source without one is refused")
  func routes() async throws {
    let lines = try NDJSONFileSink(folder.path + "/lines")
    let table = try CSVFileSink(folder.path + "/table")
    func run(_ routes: [(sink: any IngestionSink<NDJSONRows>, sources: [String])]) async throws {
      _ = try await Ingestion(
        sources: [RowsSource([["a": 1]]), RowsSource([["a": 2]], identifier: "other")],
        sink: RoutingSink(routes), storage: storage
      ).run()
    }
    try await run([(lines, ["test"]), (table, ["other"])])
    #expect(folder.text("lines/rows.ndjson") == "{\"a\":1}\n")
    #expect(folder.text("table/rows.csv") == "a\r\n2\r\n")
    let error = await #expect(throws: IngestionError.self) { try await run([(lines, ["test"])]) }
    #expect(error?.message == "no sink takes the source \"other\"; name one")
  }

  @Test(
    "Columns in the state that are none are refused, and not taken for fewer",
    arguments: [["a", 1], [1], [], ["a", "a"], "a", nil] as [StateValue])
  func damagedColumns(columns: StateValue) async throws {
    try await run([["a": 1, "b": 2]])
    let before = folder.text("out/rows.csv")
    let address = StateAddress.stream("rows", of: "test")
    var state = try await storage.read(address)
    var position = try #require(state["sink"]?.object)
    position["columns"] = columns
    state["sink"] = .object(position)
    try await storage.update(address, to: state)
    let error = await #expect(throws: IngestionError.self) {
      try await run([["a": 1, "b": 2], ["a": 3, "b": 4]])
    }
    #expect(error?.message.contains("in the state are no columns") == true, "\(columns)")
    #expect(folder.text("out/rows.csv") == before)
  }
}
