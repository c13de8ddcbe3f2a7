import Foundation
@_exported public import HTTPRequests
public import StateJournal

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
/// again with growing pauses; the token is asked for anew each time. A redirection to another
/// server is not followed, since that would be sent the token. The interface offers no
/// compare-and-set: `replaceAll` reads, compares and writes, and what another process writes between the
/// two is lost. So let one process at a time run a job. What is durable on return is what the service
/// makes durable before it answers.
public struct RemoteProperties: Properties {
  private let address: PropertiesAddress
  private var sender: HTTPSender
  /// Waits between attempts; a test's need not.
  package var pause: @Sendable (Duration) async throws -> Void {
    get { sender.pause }
    set { sender.pause = newValue }
  }

  /// The properties of a job.
  ///
  /// - Parameters:
  ///   - server: the address of the service, with what stands in front of `/data-jobs`.
  ///   - team: the team that the job belongs to.
  ///   - job: the job whose properties these are.
  ///   - deployment: the deployment of the job.
  ///   - timeout: how long to wait for an answer, in whole seconds, rounded up.
  ///   - retries: when to try again after an answer of 5xx, or none.
  ///   - maximumAnswerByteCount: how long an answer may be, in bytes. A longer one is not received to
  ///     its end and fails (`HTTPFailure.Kind.tooLarge(maximumByteCount:)`).
  ///   - token: the bearer token; an empty one stands for none.
  public init(
    server: String, team: String, job: String, deployment: String = "production",
    timeout: Duration = .seconds(30), retries: RetrySchedule = RetrySchedule(),
    maximumAnswerByteCount: Int = 64 << 20,
    token: @escaping @Sendable () async throws -> String
  ) {
    address = PropertiesAddress(server: server, team: team, job: job, deployment: deployment)
    sender = HTTPSender(
      timeout: timeout, retries: retries, maximumAnswerByteCount: maximumAnswerByteCount,
      token: token)
  }

  public func getAll() async throws(StateError) -> StateObject {
    let answer = try await send("GET", body: nil)
    do {
      return try PropertiesText.properties(Array(answer).span)
    } catch {
      throw StateError(
        RemotePropertiesError(
          kind: .unreadable, request: "GET \(address.text)", attemptCount: 1, detail: error.message)
      )
    }
  }

  public func setAll(_ properties: StateObject) async throws(StateError) {
    let body = try PropertiesText.bytes(properties, style: .compact)
    _ = try await send("PUT", body: Data(body))
  }

  private func send(_ method: String, body: Data?) async throws(StateError) -> Data {
    do throws(HTTPFailure) {
      return try await sender.send(method, address.text, body: body).body
    } catch {
      if error.kind == .cancelled {
        throw StateError(
          .storage, "the task was cancelled", underlying: CancellationError())
      }
      throw StateError(
        RemotePropertiesError(
          kind: error.kind, request: error.request, attemptCount: error.attemptCount,
          detail: error.detail))
    }
  }
}
