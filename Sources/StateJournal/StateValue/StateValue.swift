/// One value of a job's state: the JSON data model, nothing more.
///
/// Numbers are `Int64` or a finite `Double` and stay what they are: `1` and `1.0` are different
/// values and come back as written. What the model cannot hold (a NaN, an unsigned number past
/// `Int64.max`) is refused when it is converted, with the path of the offending member; it is
/// never altered.
public enum StateValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([StateValue])
  case object(StateObject)
}

/// The state of one stream: a small JSON-like object.
public typealias StateObject = StateMap<StateValue>

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
