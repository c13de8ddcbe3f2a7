/// Looking into a value whose kind is expected but not known.
extension StateValue {
  /// Whether this is null.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The truth value, when this is one.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The integer, when this is one; `1.0` is none.
  public var int: Int64? {
    if case .int(let value) = self { value } else { nil }
  }

  /// The double, when this is one; `1` is none.
  public var double: Double? {
    if case .double(let value) = self { value } else { nil }
  }

  /// The text, when this is one.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The elements, when this is an array.
  public var array: [StateValue]? {
    if case .array(let values) = self { values } else { nil }
  }

  /// The members, when this is an object.
  public var object: StateObject? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The member of that name, when this is an object that has it.
  public subscript(name: String) -> StateValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// The element at that index, when this is an array that reaches so far.
  public subscript(index: Int) -> StateValue? {
    guard case .array(let values) = self, values.indices.contains(index) else { return nil }
    return values[index]
  }
}

extension StateValue: CustomStringConvertible {
  /// Compact JSON text; numbers that JSON cannot write appear as `NaN` and `Infinity`.
  public var description: String { JSONWriter.description(of: self) }
}

extension StateMap: CustomStringConvertible where Value == StateValue {
  /// Compact JSON text; numbers that JSON cannot write appear as `NaN` and `Infinity`.
  public var description: String { StateValue.object(self).description }
}
