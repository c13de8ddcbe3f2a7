/// Why bytes are not the deterministic CBOR of a value of state, and at which of them.
package struct CBORError: Error, Hashable, Sendable {
  /// What is wrong. Encodings that another encoder might choose count as damage too, because ours
  /// never writes them and two encodings of one value would break comparison by bytes.
  package enum Reason: String, Sendable, CaseIterable {
    case truncated = "the bytes end inside an item"
    case trailingBytes = "bytes follow the item"
    case lengthTooLarge = "a length exceeds the bytes that are left"
    case notShortest = "a number or length is not in its shortest form"
    case indefiniteLength = "an item of indefinite length"
    case reservedInformation = "reserved additional information"
    case byteString = "a byte string, which state cannot hold"
    case tag = "a tag, which state cannot hold"
    case simpleValue = "undefined or a simple value, which state cannot hold"
    case integerOutOfRange = "an integer outside of 64 signed bits"
    case nonFinite = "a NaN or an infinity"
    case invalidUTF8 = "text that is not UTF-8"
    case nameNotText = "a member's name that is not text"
    case duplicateName = "two members of one name"
    case unsortedNames = "members out of order"
    case tooDeep = "too many arrays and maps inside one another"
    case notAnObject = "a value that is not an object"
  }

  /// What is wrong.
  package let reason: Reason
  /// The offset of the item concerned, in bytes from the start.
  package let offset: Int

  /// The error for the caller, which keeps this one as its cause.
  var stateError: StateError {
    StateError(
      .undecodable, "malformed CBOR at byte \(offset): \(reason.rawValue)", underlying: self)
  }
}
