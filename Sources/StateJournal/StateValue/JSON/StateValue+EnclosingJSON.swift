/// JSON that holds objects of state inside of others, as files, exports and properties do: these may be as
/// deep as state may be, whatever stands around them.
extension StateValue {
  /// Appends RFC 8259 text; when it throws, `bytes` is as it was.
  ///
  /// - Parameter levelCount: how many objects stand around what is state.
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  package func appendJSON(
    to bytes: inout [UInt8], style: JSONStyle, enclosing levelCount: Int
  ) throws(StateError) {
    let start = bytes.count
    let writer = JSONWriter(
      style: style, isLenient: false, maximumDepth: Self.maximumDepth + levelCount)
    do {
      try writer.write(self, to: &bytes, depth: 0)
    } catch {
      bytes.removeLast(bytes.count - start)
      throw error.stateError
    }
  }

  /// The value as RFC 8259 text.
  ///
  /// - Parameter levelCount: how many objects stand around what is state.
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  package func json(
    _ style: JSONStyle, enclosing levelCount: Int
  ) throws(StateError) -> String {
    var bytes: [UInt8] = []
    try appendJSON(to: &bytes, style: style, enclosing: levelCount)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value that a text describes, all of it.
  ///
  /// - Parameter levelCount: how many objects stand around what is state.
  /// - Throws: ``StateError/Reason/undecodable`` with a ``JSONError`` as its cause, which has line
  ///   and column.
  package init(json bytes: Span<UInt8>, enclosing levelCount: Int) throws(StateError) {
    do {
      self = try JSONParser.value(bytes, maximumDepth: Self.maximumDepth + levelCount)
    } catch {
      throw error.stateError
    }
  }
}

extension StateMap where Value == StateValue {
  /// Appends RFC 8259 text; when it throws, `bytes` is as it was.
  ///
  /// - Parameter levelCount: how many objects stand around what is state.
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  package func appendJSON(
    to bytes: inout [UInt8], style: JSONStyle, enclosing levelCount: Int
  ) throws(StateError) {
    try StateValue.object(self).appendJSON(to: &bytes, style: style, enclosing: levelCount)
  }

  /// The object that a text describes, all of it.
  ///
  /// - Parameter levelCount: how many objects stand around what is state.
  /// - Throws: ``StateError/Reason/undecodable`` with a ``JSONError`` as its cause, which has line
  ///   and column.
  package init(json bytes: Span<UInt8>, enclosing levelCount: Int) throws(StateError) {
    guard case .object(let object) = try StateValue(json: bytes, enclosing: levelCount) else {
      throw JSONError(reason: .notAnObject, offset: 0, in: bytes).stateError
    }
    self = object
  }
}
