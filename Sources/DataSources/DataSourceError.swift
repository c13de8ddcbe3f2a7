/// Why a source or a sink could not go on.
public struct DataSourceError: Error, Sendable, CustomStringConvertible {
  /// One sentence for a person: what happened, where, and what to do next.
  public var message: String
  /// Whether trying again may help. Only such errors are retried.
  public var isTransient: Bool
  /// The error behind it, where there is one.
  public var underlying: (any Error)?

  /// An error that stays until somebody acts, unless `isTransient` says otherwise.
  public init(_ message: String, isTransient: Bool = false, underlying: (any Error)? = nil) {
    self.message = message
    self.isTransient = isTransient
    self.underlying = underlying
  }

  public var description: String { message }
}
