/// One change to state, as part of an atomic batch.
public enum StateChange: Sendable {
  /// Replaces the whole object at an address.
  case update(StateAddress, StateObject)
  /// Removes the object at an address; it reads as empty afterwards.
  case remove(StateAddress)
  /// Removes everything a source has.
  case removeSource(String)

  /// The source that the change is about.
  public var source: String {
    switch self {
    case .update(let address, _), .remove(let address): address.source
    case .removeSource(let source): source
    }
  }

  /// Checks names and values.
  ///
  /// - Throws: ``StateError/Reason/invalidName`` or ``StateError/Reason/unsupportedValue``.
  public func validate() throws(StateError) {
    switch self {
    case .update(let address, let object):
      try address.validate()
      try object.validate(at: address)
    case .remove(let address): try address.validate()
    case .removeSource(let source): try StateAddress.validate(source: source)
    }
  }
}

extension StateChange: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.update(let one, let object), .update(let other, let otherObject)):
      one == other && object == otherObject
    case (.remove(let one), .remove(let other)): one == other
    case (.removeSource(let one), .removeSource(let other)): one.hasSameBytes(as: other)
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .update(let address, let object):
      hasher.combine(address)
      hasher.combine(object)
    case .remove(let address): hasher.combine(address)
    case .removeSource(let source): source.hashBytes(into: &hasher)
    }
  }
}
