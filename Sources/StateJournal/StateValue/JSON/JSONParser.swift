import JournalFormat

/// A strict reader of RFC 8259 text: no comments, no trailing commas, no duplicate members, nothing
/// that would have to be altered to fit. The mark that some editors put before UTF-8 says nothing, and
/// is passed over as section 8.1 allows.
///
/// The span travels along as a parameter, since a stored one would ask for lifetime annotations.
struct JSONParser {
  /// Why parsing stopped, and where; line and column are counted only then.
  struct Failure: Error {
    let reason: JSONError.Reason
    let offset: Int
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The byte that is looked at next.
  var offset = 0
  /// How many arrays and objects may stand inside one another.
  var maximumDepth = StateValue.maximumDepth

  static func value(
    _ bytes: Span<UInt8>, maximumDepth: Int = StateValue.maximumDepth
  ) throws(JSONError) -> StateValue {
    var parser = JSONParser(maximumDepth: maximumDepth)
    if bytes.begins(with: byteOrderMark.span) { parser.offset = byteOrderMark.count }
    do throws(Failure) {
      let value = try parser.value(bytes, depth: 0)
      parser.skipBlanks(bytes)
      if parser.offset < bytes.count { throw parser.failure(.trailingText) }
      return value
    } catch {
      throw JSONError(reason: error.reason, offset: error.offset, in: bytes)
    }
  }

  private func failure(_ reason: JSONError.Reason, at place: Int? = nil) -> Failure {
    Failure(reason: reason, offset: place ?? offset)
  }

  private mutating func skipBlanks(_ bytes: Span<UInt8>) {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0a, 0x0d: offset += 1
      default: return
      }
    }
  }

  /// The next byte that is not blank.
  private mutating func peek(_ bytes: Span<UInt8>) throws(Failure) -> UInt8 {
    skipBlanks(bytes)
    guard offset < bytes.count else { throw failure(.unexpectedEnd) }
    return bytes[offset]
  }

  /// Moves past `character`, or leaves everything as it is and answers false.
  private mutating func take(
    _ character: Unicode.Scalar, _ bytes: Span<UInt8>
  ) throws(Failure) -> Bool {
    guard try peek(bytes) == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func expect(
    _ character: Unicode.Scalar, _ bytes: Span<UInt8>
  ) throws(Failure) {
    guard try take(character, bytes) else { throw failure(.unexpectedCharacter) }
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(Failure) -> StateValue {
    switch try peek(bytes) {
    case UInt8(ascii: "{"): return .object(try object(bytes, depth: depth))
    case UInt8(ascii: "["): return .array(try array(bytes, depth: depth))
    case UInt8(ascii: "\""): return .string(try string(bytes))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(bytes)
    case UInt8(ascii: "t"):
      try word("true", bytes)
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false", bytes)
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null", bytes)
      return .null
    default: throw failure(.unexpectedCharacter)
    }
  }

  private mutating func word(_ word: String, _ bytes: Span<UInt8>) throws(Failure) {
    for byte in word.utf8 {
      guard offset < bytes.count else { throw failure(.unexpectedEnd) }
      guard bytes[offset] == byte else { throw failure(.unexpectedCharacter) }
      offset += 1
    }
  }

  private mutating func array(
    _ bytes: Span<UInt8>, depth: Int
  ) throws(Failure) -> [StateValue] {
    guard depth < maximumDepth else { throw failure(.tooDeep) }
    offset += 1
    var values: [StateValue] = []
    if try take("]", bytes) { return values }
    repeat {
      values.append(try value(bytes, depth: depth + 1))
    } while try take(",", bytes)
    try expect("]", bytes)
    return values
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(Failure) -> StateObject {
    guard depth < maximumDepth else { throw failure(.tooDeep) }
    offset += 1
    if try take("}", bytes) { return [:] }
    var members: [(String, StateValue)] = []
    var places: [Int] = []
    repeat {
      guard try peek(bytes) == UInt8(ascii: "\"") else { throw failure(.unexpectedCharacter) }
      places.append(offset)
      let name = try string(bytes)
      try expect(":", bytes)
      members.append((name, try value(bytes, depth: depth + 1)))
    } while try take(",", bytes)
    try expect("}", bytes)
    let object = StateObject(members)
    if object.count < members.count { throw duplicate(members.map(\.0), places) }
    return object
  }

  /// The first name that was there before; only looked for once it is known that there is one.
  private func duplicate(_ names: [String], _ places: [Int]) -> Failure {
    var seen: StateMap<Bool> = [:]
    for (name, place) in zip(names, places) {
      if seen[name] != nil { return failure(.duplicateName, at: place) }
      seen[name] = true
    }
    return failure(.duplicateName)
  }
}
