import DataSources
import HTTPDataSources
import SQLiteDataSources
import StateJournal

func ingestionInOneLine<Sink: IngestionSink>(
  orders: any DataSource<Sink.Data>, warehouse: Sink
) async throws {
  let summary = try await Ingestion(
    sources: [orders], sink: warehouse, storage: try JournalStateStorage.open("state")
  ).run()
  _ = summary
}

func ingestionInTwo<Sink: IngestionSink>(
  orders: any DataSource<Sink.Data>, warehouse: Sink, journal: JournalStateStorage
) async throws {
  let ingestion = Ingestion(sources: [orders], sink: warehouse, storage: journal)
  let summary = try await ingestion.run()
  _ = summary
}

func fileSources(storage: any StateStorage) async throws {
  let ingestion = Ingestion(
    sources: [
      DirectorySource("inbox", identifier: "inbox", format: .csv),
      RotatingLogSource("app.log", in: "/var/log/app", identifier: "app"),
    ],
    sink: try NDJSONFileSink("out"), storage: storage)
  let summary = try await ingestion.run(every: .seconds(10))
  _ = summary
}

func oneOfEach(freshToken: @escaping @Sendable () async throws -> String) throws {
  let inbox = DirectorySource(
    "inbox", identifier: "inbox", format: .csv, completeness: .marked(suffix: ".done"))
  let log = RotatingLogSource("app.log", in: "/var/log/app", identifier: "app")
  let sink = try NDJSONFileSink("out")
  let table = try CSVFileSink("out", columns: ["id", "name"])
  let api = HTTPPagedSource(
    identifier: "shop",
    streams: [
      .init(
        "orders", address: "https://api.example.com/orders?limit=100", rows: "data.items",
        paging: .cursor(member: "meta.next_cursor", parameter: "cursor"))
    ]
  ) {
    try await freshToken()
  }
  _ = (inbox, log, sink, table, api)
}

func severalSinks(
  orders: any DataSource<NDJSONRows>, events: any DataSource<NDJSONRows>, storage: any StateStorage
) async throws {
  let ingestion = Ingestion(
    sources: [orders, events],
    sink: RoutingSink([
      (try CSVFileSink("tables", columns: ["id", "name"]), ["orders"]),
      (try NDJSONFileSink("lines"), ["events"]),
    ]), storage: storage)
  _ = try await ingestion.run()
}

func tables(storage: any StateStorage) async throws {
  let copying = Ingestion(
    sources: [SQLiteTableSource("shop.sqlite", tables: [.init("orders", key: "id")])],
    sink: SQLiteSink("warehouse.sqlite", key: ["id"]), storage: storage)
  _ = try await copying.run()
}

func eachTable() {
  let shop = SQLiteTableSource("shop.sqlite", tables: [.init("orders", key: "id")])
  _ = shop
}

func targetTable() {
  let shop = SQLiteSink("shop.sqlite", key: ["id"])
  _ = shop
}
