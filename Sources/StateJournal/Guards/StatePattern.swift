/// Which objects of the state a rule is about.
///
/// Names are given as patterns of a shell: `*` is any text, `?` one character, `[a-z]` one of some,
/// and a backslash takes the meaning from what follows it.
public struct StatePattern: Sendable {
  private let source: GlobPattern
  private let scope: StateAddress.Scope?
  private let name: GlobPattern

  private init(_ source: String, _ scope: StateAddress.Scope?, _ name: String) {
    self.source = GlobPattern(source)
    self.scope = scope
    self.name = GlobPattern(name)
  }

  /// Everything.
  public static let everything = StatePattern("*", nil, "*")

  /// Streams of sources: all of them, unless patterns of names are given.
  public static func streams(_ name: String = "*", of source: String = "*") -> StatePattern {
    StatePattern(source, .stream, name)
  }

  /// Other keys of sources: all of them, unless patterns of names are given.
  public static func others(_ name: String = "*", of source: String = "*") -> StatePattern {
    StatePattern(source, .others, name)
  }

  /// Whether an address is meant.
  public func matches(_ address: StateAddress) -> Bool {
    (scope ?? address.scope) == address.scope && name.matches(address.name)
      && source.matches(address.source)
  }
}
