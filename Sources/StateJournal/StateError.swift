/// Why a call on state failed: what happened, and where.
public struct StateError: Error, Sendable {
  /// What happened, for code that decides.
  public enum Reason: Sendable {
    /// A source, stream or key name is empty or longer than 1,024 bytes of UTF-8.
    case invalidName
    /// A value that the JSON data model cannot hold; ``StateError/path`` leads to it.
    case unsupportedValue
    /// State that is too large for the storage.
    case tooLarge
    /// A compare-and-set found another version than the expected one.
    case versionConflict(expected: StateVersion, actual: StateVersion)
    /// A member that is declared never to go backwards (``StateRules``) would; `to` is nil when it
    /// would be missing.
    case goesBackwards(member: StatePath, from: StateValue, to: StateValue?)
    /// What was to be committed is not staged: it is committed or discarded already, or was staged
    /// in another storage.
    case notStaged
    /// The closure that was to change the state threw; ``StateError/underlying`` is its error, and
    /// nothing has changed.
    case rejected
    /// What is stored cannot be read as state (or as the type asked for).
    case undecodable
    /// What is stored has a newer version of its shape than the ``StateKey`` knows; it is neither read
    /// nor replaced.
    case newerVersion(found: Int, known: Int)
    /// The storage itself failed; ``StateError/underlying`` says how.
    case storage
  }

  /// What happened.
  public var reason: Reason
  /// One sentence for a person: what happened, where, and what to do next.
  public var message: String
  /// The address concerned, where there is one.
  public var address: StateAddress?
  /// The path inside the object, outermost member first, where there is one.
  public var path: [String]
  /// The storage's own error, where there is one.
  public var underlying: (any Error)?

  /// An error from its parts.
  public init(
    _ reason: Reason, _ message: String, address: StateAddress? = nil, path: [String] = [],
    underlying: (any Error)? = nil
  ) {
    self.reason = reason
    self.message = message
    self.address = address
    self.path = path
    self.underlying = underlying
  }
}

extension StateError {
  /// The error of a closure that was to change state: our own come through as they are.
  package init(rejectedBy error: any Error) {
    if let stateError = error as? StateError {
      self = stateError
    } else {
      self.init(.rejected, "the change was given up: \(error)", underlying: error)
    }
  }

  /// The error of a compare-and-set that came too late.
  package init(
    conflictAt address: StateAddress, expected: StateVersion, actual: StateVersion
  ) {
    self.init(
      .versionConflict(expected: expected, actual: actual),
      "the version is \(actual), not \(expected); read it again and decide anew",
      address: address)
  }
}

extension StateError: CustomStringConvertible {
  /// The address, where there is one, and the message; a long address is cut short.
  public var description: String {
    guard let address = address?.description else { return message }
    let shown = address.prefix(120)
    return "\(shown)\(shown.endIndex < address.endIndex ? "…" : ""): \(message)"
  }
}
