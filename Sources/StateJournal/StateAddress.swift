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

extension StateAddress: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    left.scope == right.scope && left.source.utf8.elementsEqual(right.source.utf8)
      && left.name.utf8.elementsEqual(right.name.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(scope)
    for byte in source.utf8 { hasher.combine(byte) }
    hasher.combine(0 as UInt8)
    for byte in name.utf8 { hasher.combine(byte) }
  }
}

extension StateAddress: CustomStringConvertible {
  public var description: String {
    scope == .stream ? "\(source)/\(name)" : "\(source)/others/\(name)"
  }
}
