import LoopbackServer
import StateJournal
import Synchronization

/// A shop with orders in pages of two.
final class Shop: Sendable {
  struct State {
    var rows: [StateObject] = []
    var faults: [HTTPAnswer?] = []
    var requests: [HTTPRequest] = []
  }

  let state = Mutex(State())

  func answer(_ request: HTTPRequest) -> HTTPAnswer? {
    state.withLock { state in
      state.requests.append(request)
      if !state.faults.isEmpty { return state.faults.removeFirst() }
      guard request.headers["authorization"] == "Bearer secret" else { return HTTPAnswer(401) }
      if request.path.hasPrefix("/forbidden") { return HTTPAnswer(403) }
      let parts = request.path.split(separator: "?", maxSplits: 1)
      let query = parts.count == 2 ? parts[1].split(separator: "&") : []
      let start = query.last { $0.hasPrefix("cursor=") }.flatMap { Int($0.dropFirst(7)) } ?? 0
      let rows = Array(state.rows.dropFirst(start).prefix(2))
      let next = start + 2 < state.rows.count ? start + 2 : nil
      let items = StateValue.array(rows.map(StateValue.object))
      let link = next.map { StateValue.string("\(parts[0])?cursor=\($0)") } ?? .null
      let body: StateValue =
        parts[0] == "/plain"
        ? items
        : [
          "data": ["items": items], "next": link,
          "meta": ["cursor": next.map { .string(String($0)) } ?? .null],
        ]
      return HTTPAnswer(
        200, Array(body.description.utf8),
        headers: next.map {
          [("Link", "</a>; rel=\"prev\", <\(parts[0])?cursor=\($0)>; rel=\"next\"")]
        }
          ?? [])
    }
  }
}
