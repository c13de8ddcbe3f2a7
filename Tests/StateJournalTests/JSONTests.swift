import StateJournal
import StorageSimulator
import Testing

@Suite("JSON text") struct JSONTests {
  static let texts: [(StateValue, String)] = [
    (nil, "null"), (true, "true"), (false, "false"), (0, "0"), (-1, "-1"),
    (.int(.max), "9223372036854775807"), (.int(.min), "-9223372036854775808"),
    (1.0, "1.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e300, "1e+300"), (1e16, "1e+16"),
    (.double(.leastNonzeroMagnitude), "5e-324"), ("", #""""#), ("é\u{2028}😀", "\"é\u{2028}😀\""),
    ("\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f}", #""\"\\/\b\f\n\r\t\u0000\u001f\u007f""#),
    ([], "[]"), ([:], "{}"), ([1, [2.5, nil], "x"], #"[1,[2.5,null],"x"]"#),
    (["bb": 1, "a": ["c": [:]]], #"{"a":{"c":{}},"bb":1}"#),
  ]

  @Test("Values are written in their one compact form, and read back", arguments: texts)
  func compact(value: StateValue, text: String) throws {
    #expect(try value.json() == text)
    #expect(try StateValue(json: text) == value)
    #expect(value.description == text)
  }

  @Test("The pretty form puts every member on its own line")
  func pretty() throws {
    let object: StateObject = ["a": [1, [:]], "b": ["c": true], "d": []]
    let text = """
      {
        "a": [
          1,
          {}
        ],
        "b": {
          "c": true
        },
        "d": []
      }
      """
    #expect(try object.json(.pretty) == text)
    #expect(try StateObject(json: text) == object)
  }

  static let accepted: [(String, StateValue)] = [
    (" \t\r\n[ 1 ,\n2 ] \n", [1, 2]), ("1e2", 100.0), ("1E+2", 100.0), ("-0", 0),
    ("0.0e-99999", 0.0),
    (#""\u00e9\ud83d\ude00\/""#, "é😀/"), (#""\uD834\udd1e""#, "\u{1d11e}"),
    ("{\"\\u0061\":1,\"\u{e9}\":2,\"e\u{301}\":3}", ["a": 1, "\u{e9}": 2, "e\u{301}": 3]),
    ("9223372036854775808.0", 9.223372036854775808e18),
    ("\u{FEFF}[1]", [1]), ("\u{FEFF} \"\u{FEFF}\"", "\u{FEFF}"),
  ]

  @Test("Other spellings of a value are read", arguments: accepted)
  func accepts(text: String, value: StateValue) throws {
    #expect(try StateValue(json: text) == value)
  }

  static let refused: [(String, JSONError.Reason, line: Int, column: Int)] = [
    ("", .unexpectedEnd, 1, 1), ("  ", .unexpectedEnd, 1, 3), ("nul", .unexpectedEnd, 1, 4),
    ("[\u{FEFF}1]", .unexpectedCharacter, 1, 2), ("\u{FEFF}\u{FEFF}1", .unexpectedCharacter, 1, 2),
    ("nulL", .unexpectedCharacter, 1, 4), ("True", .unexpectedCharacter, 1, 1),
    ("1 2", .trailingText, 1, 3), ("[1,\n 2", .unexpectedEnd, 2, 3),
    ("[1,]", .unexpectedCharacter, 1, 4), ("[1 2]", .unexpectedCharacter, 1, 4),
    (#"{"a":1,}"#, .unexpectedCharacter, 1, 8), (#"{a:1}"#, .unexpectedCharacter, 1, 2),
    (#"{"a" 1}"#, .unexpectedCharacter, 1, 6), ("// x\n1", .unexpectedCharacter, 1, 1),
    ("01", .invalidNumber, 1, 1), ("-", .invalidNumber, 1, 1), ("1.", .invalidNumber, 1, 1),
    (".5", .unexpectedCharacter, 1, 1), ("1e", .invalidNumber, 1, 1),
    ("+1", .unexpectedCharacter, 1, 1),
    ("-01", .invalidNumber, 1, 1), ("0x10", .trailingText, 1, 2),
    ("NaN", .unexpectedCharacter, 1, 1),
    ("9223372036854775808", .integerOutOfRange, 1, 1), ("[1e999]", .doubleOutOfRange, 1, 2),
    ("-9223372036854775809", .integerOutOfRange, 1, 1), ("1e-999", .doubleOutOfRange, 1, 1),
    ("\"é", .unexpectedEnd, 1, 3), ("\"a\nb\"", .controlCharacter, 1, 3),
    (#""\x""#, .invalidEscape, 1, 2), (#""\u12g4""#, .invalidEscape, 1, 2),
    (#""\"#, .unexpectedEnd, 1, 3),
    (#""\ud800""#, .unpairedSurrogate, 1, 2), (#""\ude00\ud83d""#, .unpairedSurrogate, 1, 2),
    (#""\ud800\u0061""#, .unpairedSurrogate, 1, 2),
    ("{\"é\":1,\n \"b\":2, \"é\":3}", .duplicateName, 2, 9),
  ]

  @Test("Anything else is refused, with line and column", arguments: refused)
  func refuses(text: String, reason: JSONError.Reason, line: Int, column: Int) {
    let error = #expect(throws: StateError.self) { try StateValue(json: text) }
    let cause = error?.underlying as? JSONError
    #expect(cause?.reason == reason)
    #expect(cause?.line == line)
    #expect(cause?.column == column)
  }

  @Test("Bytes that are not UTF-8 are refused")
  func invalidUTF8() {
    let bytes: [UInt8] = [0x5b, 0x22, 0xc3, 0x28, 0x22, 0x5d]
    let error = #expect(throws: StateError.self) { try StateValue(json: bytes.span) }
    #expect((error?.underlying as? JSONError)?.reason == .invalidUTF8)
  }

  @Test("Depth is bounded on both sides")
  func depth() throws {
    let depth = StateValue.maximumDepth
    let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let value = try StateValue(json: deep)
    #expect(try value.json() == deep)
    let error = #expect(throws: StateError.self) {
      try StateValue(json: String(repeating: "[", count: 100_000))
    }
    #expect((error?.underlying as? JSONError)?.reason == .tooDeep)
    #expect(throws: StateError.self) { try StateValue.array([value]).json() }
    #expect(StateValue.array([value]).description.contains("…"))
  }

  @Test("A NaN is refused with its path and leaves the buffer as it was")
  func nonFinite() {
    let object: StateObject = ["a": 1, "b": [0, .double(.nan)]]
    var bytes: [UInt8] = [1]
    let error = #expect(throws: StateError.self) { try object.appendJSON(to: &bytes) }
    #expect(error?.path == ["b", "1"])
    #expect(bytes == [1])
    #expect(object.description == #"{"a":1,"b":[0,NaN]}"#)
    #expect(throws: StateError.self) { try StateObject(json: "[]") }
  }

  @Test("Random values come back as they were", arguments: [21, 22] as [UInt64])
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for iteration in 0..<1_000 {
      let value = StateValue.random(using: &generator)
      let text = try value.json(iteration.isMultiple(of: 2) ? .compact : .pretty)
      if try StateValue(json: text) != value { Issue.record("seed \(seed): \(text)") }
    }
  }

  @Test("Damaged text is refused or read, and never traps", arguments: [31, 32] as [UInt64])
  func hostileText(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    for iteration in 0..<20_000 {
      if iteration.isMultiple(of: 20) {
        bytes = []
        try StateObject.random(using: &generator, depth: 3).appendJSON(to: &bytes)
      }
      var mutated = bytes
      let place = Int.random(in: 0..<mutated.count, using: &generator)
      switch Int.random(in: 0...2, using: &generator) {
      case 0: mutated[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: mutated.removeLast(mutated.count - place)
      default:
        mutated.insert(
          Array("{}[]\",:\\-+.eE0919u".utf8).randomElement(using: &generator) ?? 0, at: place)
      }
      guard let value = try? StateValue(json: mutated.span) else { continue }
      if try StateValue(json: value.json()) != value {
        Issue.record("seed \(seed): \(mutated.hexadecimal)")
      }
    }
  }
}
