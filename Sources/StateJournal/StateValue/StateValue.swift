/// One value of a job's state: the JSON data model, nothing more.
///
/// Numbers are `Int64` or a finite `Double` and stay what they are: `1` and `1.0` are different
/// values and come back as written. What the model cannot hold (a NaN, an unsigned number past
/// `Int64.max`) is refused when it is converted, with the path of the offending member; it is
/// never altered.
public enum StateValue: Sendable {
  /// JSON's null.
  case null
  /// True or false.
  case bool(Bool)
  /// An integer.
  case int(Int64)
  /// A number with a fraction; only finite ones can be stored.
  case double(Double)
  /// Any Unicode text, kept as the bytes it came in.
  case string(String)
  /// Values in order.
  case array([StateValue])
  /// Values by name.
  case object(StateObject)

  /// How many arrays and objects may stand inside one another; the outermost counts as one.
  ///
  /// The bound keeps hostile bytes from exhausting the stack; what is deeper is refused on the way
  /// in and on the way out.
  public static let maximumDepth = 128
}

/// The state of one stream: a small JSON-like object.
public typealias StateObject = StateMap<StateValue>

extension StateValue {
  /// A value from a double.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` for a NaN or an infinity.
  public init(_ double: Double) throws(StateError) {
    guard double.isFinite else { throw UnsupportedValue(.nonFinite(double)).stateError }
    self = .double(double)
  }

  /// A value from any integer.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` outside of `Int64`.
  public init(_ integer: some BinaryInteger) throws(StateError) {
    guard let value = Int64(exactly: integer) else {
      throw UnsupportedValue(.integerOutOfRange("\(integer)")).stateError
    }
    self = .int(value)
  }
}

/// Equality is that of the data: strings are equal when their bytes are, doubles when their bits
/// are, so `-0.0` and `0.0` differ and what compares equal is encoded equally. A storage that writes
/// only differences relies on this.
extension StateValue: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let one), .bool(let other)): one == other
    case (.int(let one), .int(let other)): one == other
    case (.double(let one), .double(let other)): one.bitPattern == other.bitPattern
    case (.string(let one), .string(let other)): one.hasSameBytes(as: other)
    case (.array(let one), .array(let other)): one == other
    case (.object(let one), .object(let other)): one == other
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0 as UInt8)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .double(let value): hasher.combine(value.bitPattern)
    case .string(let value): value.hashBytes(into: &hasher)
    case .array(let values): hasher.combine(values)
    case .object(let members): hasher.combine(members)
    }
  }
}

extension StateValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: StateValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, StateValue)...) {
    self = .object(StateObject(elements))
  }
}
