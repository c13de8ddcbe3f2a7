import DataSources
import StateJournal

/// A source of one stream that hands over given rows, some at a time.
struct RowsSource: DataSource {
  let identifier: String
  let name: String
  let rows: [StateObject]
  var batchCount = 2

  init(_ rows: [StateObject], name: String = "rows", identifier: String = "test") {
    self.rows = rows
    self.name = name
    self.identifier = identifier
  }

  func connect() async throws(DataSourceError) {}
  func disconnect() async {}
  func streams() async throws(DataSourceError) -> [any DataSourceStream<NDJSONRows>] {
    [Stream(source: self)]
  }

  private struct Stream: DataSourceStream {
    let source: RowsSource
    var name: String { source.name }
    func open(
      after state: StateObject
    ) async throws(DataSourceError) -> sending any DataSourceReader<NDJSONRows> {
      Reader(source: source, done: Int(state["rows"]?.int ?? 0))
    }
  }

  private struct Reader: DataSourceReader {
    let source: RowsSource
    var done: Int
    mutating func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
      let rows = Array(source.rows.dropFirst(done).prefix(source.batchCount))
      if rows.isEmpty { return nil }
      done += rows.count
      return DataSourcePayload(data: try NDJSONRows(rows), state: ["rows": .int(Int64(done))])
    }
  }
}
