import DataSources
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
