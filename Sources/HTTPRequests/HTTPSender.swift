package import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends requests until they are answered for good: what fails for a reason that may pass (5xx, 429, no
/// connection, no answer in time) is sent again with growing pauses, with a token asked for anew.
package struct HTTPSender: Sendable {
  /// An answer of success.
  package struct Answer: Sendable {
    package var body: Data
    /// By name in small letters.
    package var headers: [String: String]
  }

  private let token: @Sendable () async throws -> String
  private let retries: RetrySchedule
  private let configuration: URLSessionConfiguration
  private let maximumAnswerByteCount: Int
  private let exchanges: HTTPExchanges
  /// Waits between attempts; a test's need not.
  package var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

  package init(
    timeout: Duration, retries: RetrySchedule, maximumAnswerByteCount: Int,
    token: @escaping @Sendable () async throws -> String
  ) {
    self.maximumAnswerByteCount = max(maximumAnswerByteCount, 0)
    self.retries = retries
    self.token = token
    let configuration = URLSessionConfiguration.ephemeral
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    // Not in the request alone, whose own time the system's library for Linux passes over; and in whole
    // seconds, since it cuts off the rest.
    let (seconds, attoseconds) = timeout.components
    configuration.timeoutIntervalForRequest = Double(
      max(1, attoseconds > 0 ? seconds + 1 : seconds))
    self.configuration = configuration
    exchanges = HTTPExchanges(
      configuration, maximumAnswerByteCount: self.maximumAnswerByteCount)
  }

  /// Sends a request until it is answered for good.
  package func send(
    _ method: String, _ address: String, headers: [String: String] = [:], body: Data? = nil
  ) async throws(HTTPFailure) -> Answer {
    var attempt = 1
    while true {
      var failure: HTTPFailure
      switch await answer(method, address, headers: headers, body: body) {
      case .success(let answer): return answer
      case .failure(let found): failure = found
      }
      failure.attemptCount = attempt
      guard failure.mayPass, attempt < retries.attemptCount else { throw failure }
      do {
        let planned = retries.pause(after: attempt, chance: Double.random(in: 0..<1))
        try await pause(max(planned, min(failure.retryAfter ?? .zero, retries.longestPause)))
      } catch {
        failure.kind = .cancelled
        throw failure
      }
      attempt += 1
    }
  }

  private func answer(
    _ method: String, _ address: String, headers: [String: String], body: Data?
  ) async -> Result<Answer, HTTPFailure> {
    func failure(
      _ kind: HTTPFailure.Kind, _ detail: String, retryAfter: Duration? = nil
    ) -> Result<Answer, HTTPFailure> {
      .failure(
        HTTPFailure(
          kind, request: "\(method) \(address)", detail: detail, retryAfter: retryAfter))
    }
    guard let url = URL(string: address), HTTPOrigin(url) != nil else {
      return failure(.unusable, "this is no address of a server")
    }
    if let wrong = headers.first(where: { !HTTPHeader.isName($0) || !HTTPHeader.isValue($1) }) {
      return failure(.unusable, "the header \(wrong.key) has characters that none may have")
    }
    let token: String
    do {
      token = try await self.token()
    } catch {
      return failure(.unauthorized, "\(error)")
    }
    // A line break would let the token's author write headers of their own.
    guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      return failure(.unusable, "the token has characters that no token may have")
    }
    var request = URLRequest(
      url: url, timeoutInterval: configuration.timeoutIntervalForRequest)
    request.httpMethod = method
    request.setValue("application/json", forHTTPHeaderField: "Accept")
    // A compressed answer is unpacked by the system's library before its length can be looked at.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if !token.isEmpty { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    if let body {
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
      request.httpBody = body
    }
    do {
      let received = try await received(for: request)
      let answer = Answer(body: received.body, headers: Self.headers(of: received.response))
      let status = (received.response as? HTTPURLResponse)?.statusCode ?? 0
      guard let kind = HTTPFailure.Kind(status: status) else {
        if received.isWhole { return .success(answer) }
        return failure(.tooLarge(maximumByteCount: maximumAnswerByteCount), "")
      }
      let retryAfter = answer.headers["retry-after"].flatMap { Int64($0) }
      return failure(
        kind, String(decoding: received.body.prefix(200), as: UTF8.self),
        retryAfter: retryAfter.map { .seconds(max(0, $0)) })
    } catch let refused as HTTPExchanges.RefusedRedirection {
      return failure(
        .refused(status: refused.status),
        "a redirection to \(refused.target), another server, which would be sent the token")
    } catch {
      if Task.isCancelled { return failure(.cancelled, "") }
      let isLate = (error as? URLError)?.code == .timedOut
      return failure(isLate ? .timedOut : .unreachable, error.localizedDescription)
    }
  }

  /// Sends a request with a body over a connection of its own. On one that was kept open and turns out to
  /// be closed, the system's library would send it again without the body, and wait for the answer to
  /// half a request until the time is over.
  private func received(for request: URLRequest) async throws -> HTTPExchanges.Answer {
    let exchanges =
      request.httpBody == nil
      ? exchanges
      : HTTPExchanges(configuration, maximumAnswerByteCount: maximumAnswerByteCount)
    return try await exchanges.answer(to: request)
  }

  private static func headers(of response: URLResponse?) -> [String: String] {
    let fields = (response as? HTTPURLResponse)?.allHeaderFields ?? [:]
    var headers: [String: String] = [:]
    for (name, value) in fields {
      guard let name = name as? String, let value = value as? String else { continue }
      headers[name.lowercased()] = value
    }
    return headers
  }
}
