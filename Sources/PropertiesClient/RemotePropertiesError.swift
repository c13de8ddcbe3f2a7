public import StateJournal

/// Why a request for a job's properties failed.
public struct RemotePropertiesError: Error, Sendable, Equatable {
  /// What happened, for code that decides.
  public enum Kind: Sendable, Equatable {
    /// 401: there is no token, or it has expired.
    case unauthorized
    /// 403: the token is good, and its owner may not do this.
    case forbidden
    /// 404: there is no such team, job or deployment.
    case notFound
    /// Another answer that asking again would not change.
    case refused(status: Int)
    /// The service failed (5xx, or 429) as often as it was asked.
    case unavailable(status: Int)
    /// No answer in time, as often as it was asked.
    case timedOut
    /// No connection, as often as it was tried.
    case unreachable
    /// An answer that is no properties.
    case unreadable
    /// The address, a name or the token is none that a request can be made of.
    case unusable
  }

  /// What happened.
  public var kind: Kind
  /// The request: its method and address.
  public var request: String
  /// How often it was sent.
  public var attemptCount: Int
  /// The beginning of the answer, or the system's words.
  public var detail: String
}

extension RemotePropertiesError: CustomStringConvertible {
  /// What happened, to which request, and what to do next.
  public var description: String {
    let (what, advice) =
      switch kind {
      case .unauthorized: ("401, the token is missing or has expired", "get a new token")
      case .forbidden:
        ("403, the token's owner may not do this", "ask for access to the team, or use its token")
      case .notFound:
        ("404, there is no such job", "check the names of the team, job and deployment")
      case .refused(let status): ("status \(status)", "correct the request")
      case .unavailable(let status): ("status \(status)", "try again later")
      case .timedOut: ("no answer in time", "try again later, or allow more time")
      case .unreachable: ("no connection", "check the address and the network")
      case .unreadable: ("the answer holds no properties", "check the address")
      case .unusable: ("no request can be made", "correct the address, the names or the token")
      }
    let attempts = attemptCount > 1 ? " (\(attemptCount) attempts)" : ""
    let cause = detail.isEmpty ? "" : " [\(detail)]"
    return "\(request): \(what)\(attempts)\(cause); \(advice)"
  }
}

extension StateError {
  /// A failed request as the cause of this error.
  init(_ error: RemotePropertiesError) {
    self.init(
      error.kind == .unreadable ? .undecodable : .storage, error.description, underlying: error)
  }

  /// The failed request, when that is the cause.
  public var remotePropertiesError: RemotePropertiesError? {
    underlying as? RemotePropertiesError
  }
}
