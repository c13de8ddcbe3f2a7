import StateJournal

/// Where things are in a text that is known to be valid JSON: what a value of state does not keep.
package struct JSONPlaces {
  /// A member of an object, or an element of an array.
  package struct Member {
    /// The member's name; empty for an element.
    package var name: String
    /// Where the name begins; for an element, the value.
    package var nameOffset: Int
    /// Where the value is.
    package var value: Range<Int>
  }

  /// The members of the object, or the elements of the array, that begins at `start`, in the order of
  /// the text; empty for any other value.
  package static func members(in text: Span<UInt8>, at start: Int = 0) -> [Member] {
    var offset = skipBlanks(text, start)
    guard offset < text.count else { return [] }
    let isObject = text[offset] == UInt8(ascii: "{")
    guard isObject || text[offset] == UInt8(ascii: "[") else { return [] }
    var members: [Member] = []
    offset = skipBlanks(text, offset + 1)
    while offset < text.count, text[offset] != UInt8(ascii: "}"), text[offset] != UInt8(ascii: "]")
    {
      let nameOffset = offset
      var name = ""
      if isObject {
        let end = endOfValue(text, offset)
        name = (try? StateValue(json: text.extracting(offset..<end)))?.string ?? ""
        // Behind the colon.
        offset = skipBlanks(text, skipBlanks(text, end) + 1)
      }
      let end = endOfValue(text, offset)
      members.append(Member(name: name, nameOffset: nameOffset, value: offset..<end))
      offset = skipBlanks(text, end)
      if offset < text.count, text[offset] == UInt8(ascii: ",") {
        offset = skipBlanks(text, offset + 1)
      }
    }
    return members
  }

  private static func skipBlanks(_ text: Span<UInt8>, _ start: Int) -> Int {
    var offset = start
    while offset < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[offset]) { offset += 1 }
    return offset
  }

  private static func endOfValue(_ text: Span<UInt8>, _ start: Int) -> Int {
    var (offset, depth, isInString) = (start, 0, false)
    while offset < text.count {
      let byte = text[offset]
      if isInString {
        if byte == UInt8(ascii: "\\") { offset += 1 }
        if byte == UInt8(ascii: "\"") { isInString = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return offset }
          depth -= 1
        case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
          if depth == 0 { return offset }
        default: break
        }
      }
      offset += 1
      if depth == 0, !isInString,
        [UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(byte)
      {
        return min(offset, text.count)
      }
    }
    return min(offset, text.count)
  }
}
