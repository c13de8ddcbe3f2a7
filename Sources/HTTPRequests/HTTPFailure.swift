/// Why a request over HTTP failed for good.
public struct HTTPFailure: Error, Sendable, Equatable {
  /// What happened, for code that decides.
  public enum Kind: Sendable, Equatable {
    /// 401: there is no token, or it has expired.
    case unauthorized
    /// 403: the token is good, and its owner may not do this.
    case forbidden
    /// 404: there is nothing at this address.
    case notFound
    /// Another answer that asking again would not change.
    case refused(status: Int)
    /// The service failed (5xx, or 429) as often as it was asked.
    case unavailable(status: Int)
    /// No answer in time, as often as it was asked.
    case timedOut
    /// No connection, as often as it was tried.
    case unreachable
    /// A longer answer than is received, in bytes.
    case tooLarge(maximumByteCount: Int)
    /// An answer that does not hold what was asked for.
    case unreadable
    /// The address, a name in it, a header or the token is none that a request can be made of.
    case unusable
    /// The task was cancelled.
    case cancelled
  }

  /// What happened.
  public var kind: Kind
  /// The request: its method and address.
  public var request: String
  /// How often it was sent.
  public var attemptCount: Int
  /// The beginning of the answer, or the system's words.
  public var detail: String
  /// How long the service asked to be left alone, where it did (`Retry-After`).
  public var retryAfter: Duration?

  package init(
    _ kind: Kind, request: String, attemptCount: Int = 1, detail: String,
    retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.request = request
    self.attemptCount = attemptCount
    self.detail = detail
    self.retryAfter = retryAfter
  }

  /// Whether the same request may be answered some time later.
  public var mayPass: Bool {
    switch kind {
    case .unavailable, .timedOut, .unreachable: true
    default: false
    }
  }
}

extension HTTPFailure: CustomStringConvertible {
  /// What happened, to which request, and what to do next.
  public var description: String {
    let (what, advice) =
      switch kind {
      case .unauthorized: ("401, the token is missing or has expired", "get a new token")
      case .forbidden:
        ("403, the token's owner may not do this", "ask for access, or use another token")
      case .notFound: ("404, there is nothing at this address", "check the address")
      case .refused(let status): ("status \(status)", "correct the request")
      case .unavailable(let status): ("status \(status)", "try again later")
      case .timedOut: ("no answer in time", "try again later, or allow more time")
      case .unreachable: ("no connection", "check the address and the network")
      case .tooLarge(let byteCount):
        (
          "the answer is longer than \(byteCount) bytes",
          "ask for less at once, or allow longer answers (maximumAnswerByteCount)"
        )
      case .unreadable: ("the answer does not hold what was asked for", "check the address")
      case .unusable: ("no request can be made", "correct the address, the headers or the token")
      case .cancelled: ("the task was cancelled", "run it again")
      }
    let attempts = attemptCount > 1 ? " (\(attemptCount) attempts)" : ""
    let cause = detail.isEmpty ? "" : " [\(detail)]"
    return "\(request): \(what)\(attempts)\(cause); \(advice)"
  }
}

extension HTTPFailure.Kind {
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
