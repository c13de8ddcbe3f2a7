import DataSources
import HTTPRequests
import JournalFormat
import StateJournal

/// Reads a collection page by page.
struct PageReader: DataSourceReader {
  let stream: HTTPPagedSource.Stream
  let sender: HTTPSender
  let headers: [String: String]
  private var position: PagePosition
  private var address: PageAddress
  private var trail = PageTrail()
  private var isAtEnd = false

  init(
    stream: HTTPPagedSource.Stream, sender: HTTPSender, headers: [String: String],
    position: PagePosition
  ) throws(DataSourceError) {
    self.stream = stream
    self.sender = sender
    self.headers = headers
    self.position = position
    address = try PageAddress(of: stream, cursor: position.cursor)
    // The first page, too, when the reader goes on behind it: the last one may lead there.
    _ = trail.visit(stream.address)
    _ = trail.visit(address.text)
  }

  mutating func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    if isAtEnd { return nil }
    let answer = try await fetch(address)
    let page = try Page(answer, of: stream, at: address)
    let (new, checksum) = try newRows(of: page.rows, at: address)
    position.rowCount += Int64(new.rowCount)
    if let cursor = page.nextCursor {
      let next = try PageAddress(of: stream, cursor: cursor, on: address)
      // A later run does not know this page any more, only the first one.
      let isKnown = (try? PageAddress(of: stream, cursor: cursor))?.text == next.text
      var landmark = position.landmark ?? PageLandmark(address: address.text)
      guard trail.visit(next.text), landmark.pass(next.text) else { throw circle(at: next) }
      position.landmark = landmark
      address = next
      position.cursor = isKnown ? cursor : next.text
      position.takenCount = 0
      position.checksum = 0
    } else {
      isAtEnd = true
      if new.rowCount == 0 { return nil }
      position.takenCount = Int64(page.rows.count)
      position.checksum = checksum
    }
    return DataSourcePayload(data: new, state: position.stateObject)
  }

  private func circle(at next: PageAddress) -> DataSourceError {
    let finding =
      next.text == address.text
      ? "it is its own next page" : "the next page is \(next.text), which was read before"
    return DataSourceError(
      "\(address.text) says that \(finding): the pages lead in a circle, so the rows behind them cannot "
        + "be reached. Nothing of it was ingested now; check the paging of \(stream.name)")
  }

  private func fetch(_ address: PageAddress) async throws(DataSourceError) -> HTTPSender.Answer {
    do throws(HTTPFailure) {
      return try await sender.send("GET", address.text, headers: headers)
    } catch {
      var message = "\(error)"
      if case .tooLarge = error.kind { message += ", \"maximumAnswerBytes\" in a configuration" }
      throw DataSourceError(message, isTransient: error.mayPass, underlying: error)
    }
  }

  /// The rows of a page that were not taken yet, and the checksum of all of them.
  private func newRows(
    of rows: [StateObject], at address: PageAddress
  ) throws(DataSourceError) -> (rows: NDJSONRows, checksum: UInt32) {
    let takenCount = Int(position.takenCount)
    guard rows.count >= takenCount else {
      throw mismatch(
        "has \(Quantity.plural(rows.count, "row")), and \(takenCount) were taken of it before",
        address)
    }
    let taken = try NDJSONRows(Array(rows[..<takenCount]))
    let new = try NDJSONRows(Array(rows[takenCount...]))
    let checksum = CRC32C.checksum(taken.bytes.span, continuing: 0)
    guard checksum == position.checksum else {
      throw mismatch(
        "does not begin any more with the \(Quantity.plural(takenCount, "row")) that were taken of it",
        address)
    }
    return (new, CRC32C.checksum(new.bytes.span, continuing: checksum))
  }

  private func mismatch(_ finding: String, _ address: PageAddress) -> DataSourceError {
    DataSourceError(
      "\(address.text) \(finding): its rows were changed, removed or put into another order, so nobody "
        + "knows which are new. Nothing of it was ingested now. Ask the API for an order that only "
        + "grows at the end, or ingest everything anew with another output and another state")
  }
}
