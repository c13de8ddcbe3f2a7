public import HTTPRequests
public import StateJournal

/// Why a request for a job's properties failed.
public struct RemotePropertiesError: Error, Sendable, Equatable {
  /// What happened, for code that decides.
  public typealias Kind = HTTPFailure.Kind

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
    let (what, advice): (String, String)
    switch kind {
    case .forbidden:
      what = "403, the token's owner may not do this"
      advice = "ask for access to the team, or use its token"
    case .notFound:
      what = "404, there is no such job"
      advice = "check the names of the team, job and deployment"
    case .unreadable: (what, advice) = ("the answer holds no properties", "check the address")
    case .unusable:
      (what, advice) = ("no request can be made", "correct the address, the names or the token")
    default:
      return HTTPFailure(kind, request: request, attemptCount: attemptCount, detail: detail)
        .description
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
