/// Where a text stops being the JSON of a value of state, and why.
public struct JSONError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: String, Sendable, CaseIterable {
    /// The text ends within a value.
    case unexpectedEnd = "the text ends too early"
    /// A byte that no value can have at this place.
    case unexpectedCharacter = "no value can start or go on here"
    /// Something other than white space behind the value.
    case trailingText = "something follows the value"
    /// Digits, signs or exponents that are not a number of JSON.
    case invalidNumber = "a malformed number"
    /// An integer that does not fit into `Int64`. It is not rounded: a position must not change.
    case integerOutOfRange = "an integer outside of 64 signed bits; quote it, or give it a fraction"
    /// A number beyond what `Double` can hold.
    case doubleOutOfRange = "a number that a double cannot hold"
    /// A backslash with something unknown or incomplete behind it.
    case invalidEscape = "an unknown or incomplete escape"
    /// One half of a surrogate pair without the other.
    case unpairedSurrogate = "half of a surrogate pair"
    /// A byte below 0x20 within a string.
    case controlCharacter = "a control character that is not escaped"
    /// Bytes that are not UTF-8.
    case invalidUTF8 = "text that is not UTF-8"
    /// An object with two members of one name.
    case duplicateName = "two members of one name"
    /// More levels than ``StateValue`` can have.
    case tooDeep = "too many arrays and objects inside one another"
    /// A value where only an object may be.
    case notAnObject = "a value that is not an object"
  }

  /// What is wrong.
  public let reason: Reason
  /// The line, counted from 1.
  public let line: Int
  /// The column in Unicode scalars, counted from 1.
  public let column: Int

  /// The place at `offset` in the text.
  init(reason: Reason, offset: Int, in bytes: Span<UInt8>) {
    var (line, column) = (1, 1)
    for index in 0..<min(offset, bytes.count) {
      if bytes[index] == UInt8(ascii: "\n") {
        (line, column) = (line + 1, 1)
      } else if bytes[index] & 0xc0 != 0x80 {
        column += 1
      }
    }
    self.reason = reason
    self.line = line
    self.column = column
  }

  /// The error for the caller, which keeps this one as its cause.
  var stateError: StateError {
    StateError(
      .undecodable, "line \(line), column \(column): \(reason.rawValue)", underlying: self)
  }
}
