/// Addresses as text that can be typed, printed and read back.
///
/// ```
/// orders                source "orders"
/// orders/2024           its stream "2024"
/// orders/others/cursor  its other key "cursor"
/// orders/a%2Fb          its stream "a/b"
/// ```
///
/// A percent sign and two hexadecimal digits stand for one byte of UTF-8, as in a URL. What is typed
/// needs it for slashes and percent signs. ``text`` writes everything like this that a shell or a
/// terminal would act on, so it can be printed and pasted as it is.
public enum StateSelection: Sendable, Hashable {
  /// Everything of a source.
  case source(String)
  /// One object.
  case object(StateAddress)

  /// Reads `SOURCE`, `SOURCE/STREAM` or `SOURCE/others/KEY`.
  ///
  /// - Throws: ``StateError/Reason/invalidName`` with what is wrong and how to write it.
  public init(text: String) throws(StateError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1:
      let source = try AddressText.decoded(parts[0], in: text)
      try StateAddress.validate(source: source)
      self = .source(source)
    case 2:
      self = try .object(Self.address(parts[0], .stream, parts[1], in: text))
    case 3 where parts[1] == "others":
      self = try .object(Self.address(parts[0], .others, parts[2], in: text))
    default:
      throw StateError(
        .invalidName,
        "\"\(text)\" has too many slashes: it is SOURCE/STREAM or SOURCE/others/KEY, and a slash in"
          + " a name is written %2F")
    }
  }

  private static func address(
    _ source: Substring, _ scope: StateAddress.Scope, _ name: Substring, in text: String
  ) throws(StateError) -> StateAddress {
    let address = StateAddress(
      source: try AddressText.decoded(source, in: text), scope: scope,
      name: try AddressText.decoded(name, in: text))
    try address.validate()
    return address
  }

  /// The source that it is about.
  public var source: String {
    switch self {
    case .source(let source): source
    case .object(let address): address.source
    }
  }

  /// Whether an address is meant by it.
  public func contains(_ address: StateAddress) -> Bool {
    switch self {
    case .source(let source): address.source.hasSameBytes(as: source)
    case .object(let object): address == object
    }
  }

  /// How many objects stand around state in the JSON of what is selected.
  package var enclosingLevelCount: Int {
    switch self {
    case .source: SourceState.enclosingLevelCount
    case .object: 0
    }
  }

  /// The text that ``init(text:)`` reads.
  public var text: String {
    switch self {
    case .source(let source): AddressText.encoded(source)
    case .object(let address): address.text
    }
  }
}

extension StateAddress {
  /// Reads `SOURCE/STREAM` or `SOURCE/others/KEY`, as ``StateSelection`` describes them.
  ///
  /// - Throws: ``StateError/Reason/invalidName``, also for a source alone.
  public init(text: String) throws(StateError) {
    guard case .object(let address) = try StateSelection(text: text) else {
      throw StateError(
        .invalidName,
        "\"\(text)\" names a source and no object of it: it is SOURCE/STREAM or SOURCE/others/KEY")
    }
    self = address
  }

  /// The text that ``init(text:)`` reads.
  public var text: String {
    AddressText.encoded(source) + (scope == .stream ? "/" : "/others/") + AddressText.encoded(name)
  }
}
