/// State as text, for people and for tools. It is complete: what is written comes back equal.
extension StateValue {
  /// Appends RFC 8259 text; when it throws, `bytes` is as it was.
  ///
  /// Doubles always show a fraction or an exponent (`1.0`), so that they stay doubles.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func appendJSON(
    to bytes: inout [UInt8], style: JSONStyle = .compact
  ) throws(StateError) {
    try appendJSON(to: &bytes, style: style, enclosing: 0)
  }

  /// The value as RFC 8259 text.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func json(_ style: JSONStyle = .compact) throws(StateError) -> String {
    try json(style, enclosing: 0)
  }

  /// The value that a text describes, all of it.
  ///
  /// Numbers without fraction and exponent are integers, others doubles; what neither holds is
  /// refused, as are duplicate members and more than ``maximumDepth`` levels. A UTF-8 byte order mark
  /// at the very beginning is passed over.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with a ``JSONError`` as its cause, which has line
  ///   and column.
  public init(json bytes: Span<UInt8>) throws(StateError) {
    try self.init(json: bytes, enclosing: 0)
  }

  /// The value that a text describes, all of it.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with a ``JSONError`` as its cause, which has line
  ///   and column.
  public init(json text: String) throws(StateError) {
    try self.init(json: text.utf8Span.span)
  }
}

extension StateMap where Value == StateValue {
  /// Appends RFC 8259 text; when it throws, `bytes` is as it was.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func appendJSON(
    to bytes: inout [UInt8], style: JSONStyle = .compact
  ) throws(StateError) {
    try StateValue.object(self).appendJSON(to: &bytes, style: style)
  }

  /// The object as RFC 8259 text.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func json(_ style: JSONStyle = .compact) throws(StateError) -> String {
    try StateValue.object(self).json(style)
  }

  /// The object that a text describes, all of it.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with a ``JSONError`` as its cause, which has line
  ///   and column.
  public init(json bytes: Span<UInt8>) throws(StateError) {
    try self.init(json: bytes, enclosing: 0)
  }

  /// The object that a text describes, all of it.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with a ``JSONError`` as its cause, which has line
  ///   and column.
  public init(json text: String) throws(StateError) {
    try self.init(json: text.utf8Span.span)
  }
}
