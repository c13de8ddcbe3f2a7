import DataSources
import StateJournal

/// How far a collection has been read.
///
/// ```json
/// {"cursor": "b2Zmc2V0OjIwMA", "taken": 40, "crc32c": 3808858755, "rows": 240,
///  "landmark": {"address": "https://…", "steps": 1, "reach": 2}}
/// ```
///
/// `cursor` is what the page before said about this one: a value of the query's parameter, or an
/// address; it is missing on the first page. `crc32c` covers the rows that were taken of this page, as
/// lines of NDJSON.
struct PagePosition {
  var cursor: String?
  /// Rows that were taken of the page.
  var takenCount: Int64 = 0
  var checksum: UInt32 = 0
  /// Rows of all pages.
  var rowCount: Int64 = 0
  /// A page that none may lead back to; missing where an older release has left off, and at first.
  var landmark: PageLandmark?

  init(_ state: StateObject, of stream: HTTPPagedSource.Stream) throws(DataSourceError) {
    if state.isEmpty { return }
    guard let takenCount = state["taken"]?.count,
      let checksum = state["crc32c"]?.int.flatMap({ UInt32(exactly: $0) }),
      let rowCount = state["rows"]?.count
    else {
      throw DataSourceError(
        "the state of \(stream.name) (\(stream.address)) does not say where to go on: \(state). Use the "
          + "state that belongs to it, or ingest everything anew with another output and another state"
      )
    }
    self.takenCount = takenCount
    self.checksum = checksum
    self.rowCount = rowCount
    cursor = state["cursor"]?.string
    if let mark = state["landmark"]?.object, let address = mark["address"]?.string,
      let stepCount = mark["steps"]?.count, let reach = mark["reach"]?.count
    {
      landmark = PageLandmark(address: address, stepCount: stepCount, reach: reach)
    }
  }

  var stateObject: StateObject {
    var state: StateObject = [
      "taken": .int(takenCount), "crc32c": .int(Int64(checksum)), "rows": .int(rowCount),
    ]
    state["cursor"] = cursor.map(StateValue.string)
    if let landmark {
      state["landmark"] = [
        "address": .string(landmark.address), "steps": .int(landmark.stepCount),
        "reach": .int(landmark.reach),
      ]
    }
    return state
  }
}
