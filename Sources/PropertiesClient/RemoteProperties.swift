import Foundation
public import StateJournal

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The properties of a data job that a control service keeps, over its REST interface:
/// `GET` and `PUT /data-jobs/for-team/{team}/jobs/{job}/deployments/{deployment}/properties`.
///
/// ```swift
/// let properties = RemoteProperties(
///   server: "https://control.example.com", team: "sales", job: "load-orders"
/// ) {
///   try await freshToken()
/// }
/// let storage = PropertiesStateStorage(in: properties)
/// ```
///
/// A request that fails for a reason that may pass (5xx, 429, no connection, no answer in time) is sent
/// again with growing pauses; the token is asked for anew each time. The interface offers no
/// compare-and-set: `replaceAll` reads, compares and writes, and what another process writes between the
/// two is lost. So let one process at a time run a job. What is durable on return is what the service
/// makes durable before it answers.
public struct RemoteProperties: Properties {
  private let request: PropertiesRequest
  private let token: @Sendable () async throws -> String
  private let retries: RetrySchedule
  private let session: URLSession
  /// Waits between attempts; a test's need not.
  package var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

  /// The properties of a job.
  ///
  /// - Parameters:
  ///   - server: the address of the service, with what stands in front of `/data-jobs`.
  ///   - team: the team that the job belongs to.
  ///   - job: the job whose properties these are.
  ///   - deployment: the deployment of the job.
  ///   - timeout: how long to wait for an answer.
  ///   - retries: when to try again after an answer of 5xx, or none.
  ///   - token: the bearer token; an empty one stands for none.
  public init(
    server: String, team: String, job: String, deployment: String = "production",
    timeout: Duration = .seconds(30), retries: RetrySchedule = RetrySchedule(),
    token: @escaping @Sendable () async throws -> String
  ) {
    let (seconds, attoseconds) = timeout.components
    request = PropertiesRequest(
      server: server, team: team, job: job, deployment: deployment,
      timeout: Double(seconds) + Double(attoseconds) / 1e18)
    self.retries = retries
    self.token = token
    let configuration = URLSessionConfiguration.ephemeral
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    session = URLSession(configuration: configuration)
  }

  public func getAll() async throws(StateError) -> StateObject {
    let answer = try await send("GET", body: nil)
    do {
      return try PropertiesText.properties(Array(answer).span)
    } catch {
      throw StateError(request.error(.unreadable, "GET", detail: error.message))
    }
  }

  public func setAll(_ properties: StateObject) async throws(StateError) {
    let body = try PropertiesText.bytes(properties, style: .compact)
    _ = try await send("PUT", body: Data(body))
  }

  /// Sends a request until it is answered for good.
  private func send(_ method: String, body: Data?) async throws(StateError) -> Data {
    var attempt = 1
    while true {
      switch await answer(method, body: body) {
      case .success(let data): return data
      case .failure(var error):
        error.attemptCount = attempt
        guard error.mayPass, attempt < retries.attemptCount else { throw StateError(error) }
      }
      do {
        try await pause(retries.pause(after: attempt, chance: Double.random(in: 0..<1)))
      } catch {
        throw StateError(
          .storage, "the task was cancelled between two attempts", underlying: error)
      }
      attempt += 1
    }
  }

  private func answer(
    _ method: String, body: Data?
  ) async -> Result<Data, RemotePropertiesError> {
    let prepared: URLRequest
    do {
      prepared = try request.prepared(method, body: body, token: try await token())
    } catch let error as RemotePropertiesError {
      return .failure(error)
    } catch {
      return .failure(request.error(.unauthorized, method, detail: "\(error)"))
    }
    do {
      let (data, response) = try await session.data(for: prepared)
      let status = (response as? HTTPURLResponse)?.statusCode ?? 0
      guard let kind = RemotePropertiesError.Kind(status: status) else { return .success(data) }
      let beginning = String(decoding: data.prefix(200), as: UTF8.self)
      return .failure(request.error(kind, method, detail: beginning))
    } catch {
      let isLate = (error as? URLError)?.code == .timedOut
      return .failure(
        request.error(
          isLate ? .timedOut : .unreachable, method, detail: error.localizedDescription))
    }
  }
}

extension RemotePropertiesError {
  /// Whether the same request may be answered some time later.
  var mayPass: Bool {
    switch kind {
    case .unavailable, .timedOut, .unreachable: true
    default: false
    }
  }
}

extension RemotePropertiesError.Kind {
  /// What an answer's status means; nil for one of success.
  init?(status: Int) {
    switch status {
    case 200..<300: return nil
    case 401: self = .unauthorized
    case 403: self = .forbidden
    case 404: self = .notFound
    case 429, 500...: self = .unavailable(status: status)
    default: self = .refused(status: status)
    }
  }
}
