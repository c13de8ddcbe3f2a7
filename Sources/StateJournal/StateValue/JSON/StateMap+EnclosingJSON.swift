/// Objects that hold objects of state, as files and properties do: these may be as deep as state may
/// be, whatever stands around them.
extension StateMap where Value == StateValue {
  /// Appends RFC 8259 text; when it throws, `bytes` is as it was.
  ///
  /// - Parameter levelCount: how many objects stand around what is state.
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  package func appendJSON(
    to bytes: inout [UInt8], style: JSONStyle, enclosing levelCount: Int
  ) throws(StateError) {
    let start = bytes.count
    let writer = JSONWriter(
      style: style, isLenient: false, maximumDepth: StateValue.maximumDepth + levelCount)
    do {
      try writer.write(self, to: &bytes, depth: 0)
    } catch {
      bytes.removeLast(bytes.count - start)
      throw error.stateError
    }
  }

  /// The object that a text describes, all of it.
  ///
  /// - Parameter levelCount: how many objects stand around what is state.
  /// - Throws: ``StateError/Reason/undecodable`` with a ``JSONError`` as its cause, which has line
  ///   and column.
  package init(json bytes: Span<UInt8>, enclosing levelCount: Int) throws(StateError) {
    let value: StateValue
    do {
      value = try JSONParser.value(
        bytes, maximumDepth: StateValue.maximumDepth + levelCount)
    } catch {
      throw error.stateError
    }
    guard case .object(let object) = value else {
      throw JSONError(reason: .notAnObject, offset: 0, in: bytes).stateError
    }
    self = object
  }
}
