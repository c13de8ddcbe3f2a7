import Synchronization

/// A control service that keeps the properties of jobs in memory, as text that it does not look into,
/// by their addresses.
package final class PropertiesService: Sendable {
  private struct State {
    var texts: [String: [UInt8]] = [:]
    var faults: [HTTPAnswer?] = []
    var requests: [HTTPRequest] = []
  }

  private let state = Mutex(State())
  private let token: String

  /// A service for those who have a token.
  package init(token: String) { self.token = token }

  /// All requests so far.
  package var requests: [HTTPRequest] { state.withLock { $0.requests } }

  /// Gives the next requests these answers, whatever they ask; nil cuts the connection.
  package func failNext(_ answers: [HTTPAnswer?]) { state.withLock { $0.faults += answers } }

  /// Answers a request.
  package func answer(_ request: HTTPRequest) -> HTTPAnswer? {
    state.withLock { state in
      state.requests.append(request)
      if !state.faults.isEmpty { return state.faults.removeFirst() }
      guard request.headers["authorization"] == "Bearer \(token)" else { return HTTPAnswer(401) }
      guard request.path.hasPrefix("/data-jobs/for-team/"), request.path.hasSuffix("/properties")
      else { return HTTPAnswer(404) }
      if request.path.contains("/forbidden/") { return HTTPAnswer(403) }
      switch request.method {
      case "GET": return HTTPAnswer(200, state.texts[request.path] ?? Array("{}".utf8))
      case "PUT":
        state.texts[request.path] = request.body
        return HTTPAnswer(204)
      default: return HTTPAnswer(405)
      }
    }
  }
}
