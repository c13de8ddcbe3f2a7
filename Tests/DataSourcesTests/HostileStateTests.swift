import HTTPDataSources
import LoopbackServer
import SQLiteConnection
import SQLiteDataSources
import StateJournal
import Synchronization
import Testing

@testable import DataSources

/// State is data: somebody may have edited it, or damaged it in a way that still is JSON.
@Suite("Positions with numbers that nobody counted", .timeLimit(.minutes(30)))
struct HostileStateTests {
  private let folder: Folder
  private let storage = InMemoryStateStorage()

  init() throws { folder = try Folder() }

  private func run(_ source: some DataSource<NDJSONRows>) async throws {
    _ = try await Ingestion(
      sources: [source], sink: try NDJSONFileSink(folder.path + "/out"), storage: storage
    ).run()
  }

  /// Runs `source`, puts an extreme number into a member of its position, has `grow` add rows, and runs
  /// it again: that must be an error about the state, and nothing may be written.
  private func refuses(
    _ source: some DataSource<NDJSONRows>, _ members: [String], grow: () throws -> Void
  ) async throws {
    try await run(source)
    let address = StateAddress.stream("a", of: source.identifier)
    let good = try await storage.read(address)
    let output = folder.text("out/a.ndjson")
    #expect(output?.isEmpty == false)
    try grow()
    for member in members {
      for number in [Int64.max, .max - 1, .min, -1] {
        #expect(good[member] != nil)
        var bad = good
        bad[member] = .int(number)
        try await storage.update(address, to: bad)
        let error = await #expect(throws: IngestionError.self, "\(member): \(number)") {
          try await run(source)
        }
        #expect(error?.message.contains("the state of ") == true, "\(error?.message ?? "")")
        #expect(folder.text("out/a.ndjson") == output)
      }
    }
    try await storage.update(address, to: good)
    try await run(source)
    #expect(folder.text("out/a.ndjson") != output)
  }

  @Test("Files: bytes, lines and rows", arguments: FileFormat.allCases)
  func files(format: FileFormat) async throws {
    let name = "a" + format.suffix
    try folder.put(format == .csv ? "n\n1\n" : "{\"n\":1}\n", in: name)
    let source = DirectorySource(folder.path, identifier: "in", format: format)
    try await refuses(source, ["offset", "line", "rows", "skipped", "crc32c"]) {
      try folder.append(format == .csv ? "2\n" : "{\"n\":2}\n", to: name)
    }
  }

  @Test("Logs: bytes, lines and rows")
  func logs() async throws {
    try folder.put("{\"n\":1}\n", in: "a")
    let source = RotatingLogSource("a", in: folder.path, identifier: "log")
    try await refuses(source, ["offset", "line", "rows", "skipped"]) {
      try folder.append("{\"n\":2}\n", to: "a")
    }
  }

  @Test("Tables: rows", .hasSQLite)
  func tables() async throws {
    let tables = try TestTables(folder.path + "/shop.sqlite")
    try tables.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)", "INSERT INTO a VALUES (1)")
    let source = SQLiteTableSource(tables.path, tables: [.init("a", key: "id")])
    try await refuses(source, ["rows"]) { try tables.execute("INSERT INTO a VALUES (2)") }
  }

  @Test("Pages: rows of a page, and of all pages")
  func pages() async throws {
    let job = try ShopJob()
    job.put(1...1)
    let source = HTTPPagedSource(
      identifier: "shop",
      streams: [.init("a", address: job.server.address + "/orders", rows: "data.items")]
    ) { "secret" }
    try await refuses(source, ["taken", "rows", "crc32c"]) { job.put(2...2) }
  }

  @Test("A stream that says it has more bytes left than there are numbers for does not end the run")
  func remainingBytes() async throws {
    struct Endless: DataSource {
      let identifier = "endless"
      func connect() async throws(DataSourceError) {}
      func disconnect() async {}
      func streams() async throws(DataSourceError) -> [any DataSourceStream<NDJSONRows>] {
        ["a", "b"].map { Stream(name: $0) }
      }
    }
    struct Stream: DataSourceStream {
      let name: String
      func remainingByteCount(after state: StateObject) async -> Int64? { .max }
      func open(
        after state: StateObject
      ) async throws(DataSourceError) -> sending any DataSourceReader<NDJSONRows> { Reader() }
    }
    struct Reader: DataSourceReader {
      func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? { nil }
    }
    try await run(Endless())
  }

  @Test("A chunk of no bytes, or of fewer, is one of a byte")
  func chunks() async throws {
    try folder.put("n\n1\n22\n", in: "a.csv")
    var options = FileReadingOptions()
    for byteCount in [0, -1] {
      options.chunkByteCount = byteCount
      #expect(options.chunkByteCount == 1)
    }
    options.chunkByteCount = .max
    #expect(options.chunkByteCount == 1 << 30)
    options.chunkByteCount = 0
    try await run(
      DirectorySource(folder.path, identifier: "in", format: .csv, options: options))
    #expect(folder.text("out/a.ndjson") == "{\"n\":\"1\"}\n{\"n\":\"22\"}\n")
  }
}
