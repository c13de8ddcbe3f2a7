import StateJournal
import Testing

@Suite("State values") struct StateValueTests {
  @Test("What would be stored differently is not equal")
  func equality() {
    #expect(StateValue.int(1) != .double(1))
    #expect(StateValue.double(0) != .double(-0.0))
    #expect(StateValue.string("\u{e9}") != .string("e\u{301}"))
    #expect(StateValue.double(.nan) == .double(.nan))
    #expect(Set<StateValue>(["\u{e9}", "e\u{301}", 1, 1.0, 1]).count == 4)
  }

  @Test("Names are told apart by their bytes and stand in the order of their encodings")
  func names() {
    var object: StateObject = ["b": 1, "aa": 2, "e\u{301}": 3, "\u{e9}": 4, "b": 5]
    #expect(
      object.names.map { Array($0.utf8) }
        == ["b", "aa", "\u{e9}", "e\u{301}"].map { Array($0.utf8) })
    #expect(object["b"] == 5)
    object["aa"] = nil
    object["\u{e9}"] = nil
    #expect(object == ["b": 5, "e\u{301}": 3])
    object["n"] = .null
    #expect(object["n"] == .null)
    object["count", default: 0] = 7
    #expect(object["count", default: 0] == 7)
  }

  @Test("Accessors answer only for their own kind")
  func accessors() {
    let value: StateValue = ["list": [1, 2.5, "x", true, nil], "inner": ["a": 1]]
    #expect(value["list"]?[0]?.int == 1)
    #expect(value["list"]?[0]?.double == nil)
    #expect(value["list"]?[1]?.double == 2.5)
    #expect(value["list"]?[2]?.string == "x")
    #expect(value["list"]?[3]?.bool == true)
    #expect(value["list"]?[4]?.isNull == true)
    #expect(value["list"]?[5] == nil)
    #expect(value["list"]?[-1] == nil)
    #expect(value["list"]?.array?.count == 5)
    #expect(value["inner"]?.object == ["a": 1])
    #expect(value["missing"] == nil)
    #expect(value[0] == nil)
  }

  @Test("Numbers that cannot be held are refused when they are converted")
  func conversion() throws {
    let half = 1.5
    #expect(try StateValue(half) == .double(1.5))
    #expect(try StateValue(Int8(-3)) == .int(-3))
    #expect(throws: StateError.self) { try StateValue(Double.nan) }
    #expect(throws: StateError.self) { try StateValue(-Double.infinity) }
    #expect(throws: StateError.self) { try StateValue(UInt64.max) }
  }
}
