/// Names and strings of state are told apart by their UTF-8 bytes, where Swift would compare them by
/// canonical equivalence and merge "é" written as one scalar with "é" written as two.
extension String {
  /// Whether both are the same bytes.
  package func hasSameBytes(as other: String) -> Bool {
    Self.encodedOrder(self, other) == 0
  }

  /// Negative, zero or positive as the CBOR encoding of `left` stands before, at or after that of
  /// `right`: shorter first, then by bytes (RFC 8949, section 4.2.1).
  @usableFromInline
  static func encodedOrder(_ left: String, _ right: String) -> Int {
    // Most names differ in this already, which takes no look at their bytes.
    let difference = left.utf8.count - right.utf8.count
    if difference != 0 { return difference }
    return left.utf8Span.span.encodedOrder(comparedTo: right.utf8Span.span)
  }

  /// Feeds the bytes and their count, so that neighbours cannot run into one another.
  func hashBytes(into hasher: inout Hasher) {
    let bytes = utf8Span.span
    hasher.combine(bytes.count)
    unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}

extension Span<UInt8> {
  /// The order of texts with these bytes; see ``String/encodedOrder(_:_:)``.
  func encodedOrder(comparedTo other: Span<UInt8>) -> Int {
    let difference = count - other.count
    if difference != 0 { return difference }
    for index in indices where self[index] != other[index] {
      return Int(self[index]) - Int(other[index])
    }
    return 0
  }
}

/// A name as what it is told apart by: its bytes. For sets and dictionaries.
package struct ExactName: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: Self, right: Self) -> Bool {
    left.text.hasSameBytes(as: right.text)
  }

  package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}
