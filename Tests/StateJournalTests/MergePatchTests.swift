import StateJournal
import Testing

@Suite("A merge patch changes what it names and nothing else")
struct MergePatchTests {
  /// RFC 7396, appendix A: target, patch, result.
  static let rows: [(String, String, String)] = [
    (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
    (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
    (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
    (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
    (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
    (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
    (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
    (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
    (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
    (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
    (#"{"a":"foo"}"#, #"null"#, #"null"#),
    (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
    (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
    (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
    (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
  ]

  @Test("The examples of RFC 7396 come out as it says", arguments: rows)
  func example(target: String, patch: String, result: String) throws {
    let merged = try StateValue(json: target).merged(with: try StateValue(json: patch))
    #expect(try merged == StateValue(json: result))
  }

  @Test("Integers, doubles and names that look alike stay what they are")
  func exact() {
    let object: StateObject = ["n": 1, "d": 1.0, "\u{e9}": 1]
    #expect(
      object.merged(with: ["d": 2.0, "e\u{301}": 2])
        == ["n": 1, "d": 2.0, "\u{e9}": 1, "e\u{301}": 2])
  }

  @Test(
    "A path finds members and elements",
    arguments: [
      ("a", #"{"b":[1,{"c":2.0}]}"#), ("a.b.0", "1"), ("a.b.1.c", "2.0"), ("x\\.y", "true"),
      ("", nil), ("a.b.2", nil), ("a.b.00", nil), ("a.b.-1", nil), ("a.z", nil), ("a.b.0.c", nil),
      ("a.b.18446744073709551616", nil), (".", "null"), ("a\\", nil),
    ] as [(String, String?)])
  func find(text: String, found: String?) throws {
    let value: StateValue = [
      "a": ["b": [1, ["c": 2.0]]], "x.y": true, "": ["": nil],
    ]
    let path = try? StatePath(text)
    #expect(try path.flatMap { try value[$0]?.json() } == found)
  }

  @Test("Setting at a path makes the objects on the way, and appends to an array at its end")
  func set() throws {
    var value: StateValue = ["n": 1]
    try value.set(2, at: StatePath("a.b.c"))
    try value.set([], at: StatePath("l"))
    try value.set("x", at: StatePath("l.0"))
    try value.set("y", at: StatePath("l.1"))
    try value.set("z", at: StatePath("l.0"))
    #expect(value == ["n": 1, "a": ["b": ["c": 2]], "l": ["z", "y"]])
  }

  @Test("A path may have as many parts as state has levels, and one more is refused")
  func deepest() throws {
    func path(_ partCount: Int) throws -> StatePath {
      try StatePath(Array(repeating: "p", count: partCount).joined(separator: "."))
    }
    var value: StateValue = [:]
    try value.set(1, at: path(StateValue.maximumDepth))
    try value.validate()
    #expect(try value[path(StateValue.maximumDepth)] == 1)
    let before = value
    let error = #expect(throws: StateError.self) {
      try value.set(1, at: path(StateValue.maximumDepth + 1))
    }
    #expect(error?.description.contains("the path has 129 parts") ?? false)
    #expect(value == before)
  }

  @Test("A patch is merged as deep as state may be, and what is deeper comes from the patch")
  func deepPatch() {
    var old: StateValue = ["old": 1]
    var patch: StateValue = ["new": 1]
    for _ in 1..<StateValue.maximumDepth {
      old = ["p": old]
      patch = ["p": patch]
    }
    func innermost(_ value: StateValue) -> StateValue {
      var value = value
      while let inner = value["p"] { value = inner }
      return value
    }
    #expect(innermost(old.merged(with: patch)) == ["old": 1, "new": 1])
    let deeper: StateValue = ["p": old]
    #expect(innermost(deeper.merged(with: ["p": patch])) == ["new": 1])
  }

  @Test("Where a path leads through a number or past an array, nothing changes")
  func obstacles() throws {
    var value: StateValue = ["n": 1, "l": [1]]
    for text in ["n.a", "l.2", "l.x", "l.0.y"] {
      let before = value
      let error = #expect(throws: StateError.self) { try value.set(2, at: StatePath(text)) }
      #expect(error?.path == [String(text.prefix(1))] || error?.path == ["l", "0"], "\(text)")
      #expect(value == before)
    }
  }
}
