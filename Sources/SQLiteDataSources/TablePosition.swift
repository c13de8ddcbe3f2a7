import DataSources
import SQLiteConnection
import StateJournal

/// How far a table has been read: `{"key": 42, "rows": 40}`.
struct TablePosition {
  var key: Statement.Value?
  var rowCount: Int64 = 0

  init(
    _ state: StateObject, of table: SQLiteTableSource.Table, in path: String
  ) throws(DataSourceError) {
    if state.isEmpty { return }
    let rowCount = state["rows"].map { $0.count } ?? 0
    switch (state["key"], rowCount) {
    case (.int(let value), let count?): (key, self.rowCount) = (.integer(value), count)
    case (.double(let value), let count?): (key, self.rowCount) = (.real(value), count)
    case (.string(let value), let count?): (key, self.rowCount) = (.text(value), count)
    default:
      throw DataSourceError(
        "the state of \(table.name) in \(path) does not say behind which key to go on: \(state). Use the "
          + "state that belongs to it, or ingest everything anew with another output and another state"
      )
    }
  }

  var stateObject: StateObject {
    let key: StateValue? =
      switch key {
      case .integer(let value): .int(value)
      case .real(let value): .double(value)
      case .text(let value): .string(value)
      case .null, nil: nil
      }
    var state: StateObject = ["rows": .int(rowCount)]
    state["key"] = key
    return state
  }
}
