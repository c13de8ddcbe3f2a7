import StateJournal

/// Values with every kind of item in them, at the sizes where encodings change.
enum SampleValues {
  static let all: [StateValue] = [
    [:], ["last_id": 42], [], .null, true, false, -1, 23, 24, 255, 256, 65_535, 65_536,
    4_294_967_296, .int(.min), .int(.max), 0.5, -0.0, 1.1, 1e300, .double(.leastNonzeroMagnitude),
    .double(65_504), .double(Double(Float.greatestFiniteMagnitude)), "", "é", "e\u{301}", "\u{0}",
    "\u{1F600}\"\\\n\u{7F}\u{2028}", .string(String(repeating: "a", count: 24)),
    .string(String(repeating: "b", count: 256)),
    ["a": ["b": ["c": [1, 2.5, nil, ["d": "e"]]]], "bb": [], "é": [:], "": 0],
    .object(StateObject((0..<30).map { ("name \($0)", StateValue.int(Int64($0))) })),
    (0..<120).reduce(1) { value, _ in [value] },
  ]
}
