/// Where one object of state lives: a data source, and in it a stream or another key.
///
/// Names are any non-empty UTF-8 of at most 1,024 bytes. They are compared byte by byte and never
/// become paths.
public struct StateAddress: Sendable {
  /// The two kinds of state that a source keeps.
  public enum Scope: UInt8, Sendable, CaseIterable {
    /// The position of one stream.
    case stream = 1
    /// Anything else that the source remembers.
    case others = 2
  }

  /// The longest name in UTF-8 bytes.
  public static let maximumNameByteCount = 1024

  /// The data source.
  public var source: String
  /// Stream or other state.
  public var scope: Scope
  /// The stream's name, or the key among the others.
  public var name: String

  /// An address from its parts; names are checked when it is used.
  public init(source: String, scope: Scope, name: String) {
    self.source = source
    self.scope = scope
    self.name = name
  }

  /// The address of a stream's state.
  public static func stream(_ name: String, of source: String) -> StateAddress {
    StateAddress(source: source, scope: .stream, name: name)
  }

  /// The address of a source's other state.
  public static func others(_ name: String, of source: String) -> StateAddress {
    StateAddress(source: source, scope: .others, name: name)
  }
}

extension StateAddress {
  /// Checks both names.
  ///
  /// - Throws: ``StateError/Reason/invalidName`` with this address, when a name is empty or longer
  ///   than ``maximumNameByteCount``.
  public func validate() throws(StateError) {
    try Self.validate(source, as: "source", address: self)
    try Self.validate(name, as: scope == .stream ? "stream" : "key", address: self)
  }

  /// Checks the name of a source.
  ///
  /// - Throws: ``StateError/Reason/invalidName``.
  public static func validate(source: String) throws(StateError) {
    try validate(source, as: "source", address: nil)
  }

  private static func validate(
    _ name: String, as role: String, address: StateAddress?
  ) throws(StateError) {
    let byteCount = name.utf8.count
    if byteCount == 0 {
      throw StateError(.invalidName, "the name of the \(role) is empty", address: address)
    }
    if byteCount > maximumNameByteCount {
      throw StateError(
        .invalidName,
        "the name of the \(role) has \(byteCount) bytes of UTF-8; "
          + "\(maximumNameByteCount) are allowed", address: address)
    }
  }
}

extension StateAddress: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    left.scope == right.scope && left.source.hasSameBytes(as: right.source)
      && left.name.hasSameBytes(as: right.name)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(scope)
    source.hashBytes(into: &hasher)
    name.hashBytes(into: &hasher)
  }
}

extension StateAddress: CustomStringConvertible {
  /// The names joined by slashes, for messages; it is not reversible, since names may hold slashes.
  public var description: String {
    scope == .stream ? "\(source)/\(name)" : "\(source)/others/\(name)"
  }
}
