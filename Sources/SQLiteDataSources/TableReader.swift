import DataSources
import FileIO
import SQLiteConnection
import StateJournal

/// Reads a table batch by batch, off the shared pool of threads.
actor TableReader: DataSourceReader {
  private let reading: TableReading
  private var position: TablePosition
  private let executor = BlockingExecutor(label: "sqlite-table")

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(reading: sending TableReading, position: TablePosition) {
    self.reading = reading
    self.position = position
  }

  func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    guard let batch = try reading.batch(after: position.key) else { return nil }
    position.key = batch.lastKey
    position.rowCount += Int64(batch.rows.rowCount)
    return DataSourcePayload(data: batch.rows, state: position.stateObject)
  }
}
