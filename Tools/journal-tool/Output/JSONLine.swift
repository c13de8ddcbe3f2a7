import StateJournal

/// One JSON object on a line of its own, with its members in the order they are added.
struct JSONLine {
  private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

  /// A line of a verb's output; `schema` names what the line looks like, and changes when that does.
  init(_ type: String, verb: String) {
    // A verb of two words has a schema of one.
    add("schema", "state-journal/\(verb.split(separator: " ").joined(separator: "-"))/1")
    add("type", type)
  }

  /// An object inside of a line.
  init() {}

  /// The object, and the end of the line.
  var line: [UInt8] { object + [UInt8(ascii: "\n")] }

  /// The object.
  var object: [UInt8] { bytes + [UInt8(ascii: "}")] }

  mutating func add(_ name: String, _ text: String?) {
    guard let text else { return }
    begin(name)
    Self.append(text, to: &bytes)
  }

  mutating func add(_ name: String, _ number: (some BinaryInteger)?) {
    guard let number else { return }
    begin(name)
    bytes.append(contentsOf: String(number).utf8)
  }

  mutating func add(_ name: String, _ sequence: LogSequenceNumber?) {
    add(name, sequence?.rawValue)
  }

  mutating func add(_ name: String, _ flag: Bool) {
    begin(name)
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  /// Adds a value that is JSON text already.
  mutating func add(_ name: String, json text: String?) {
    guard let text else { return }
    begin(name)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func add(_ name: String, _ object: StateObject) {
    begin(name)
    // What was read back from CBOR can be written as JSON: both hold the same values.
    try? object.appendJSON(to: &bytes)
  }

  /// Adds what stands at an address, or all of a source.
  mutating func add(_ name: String, _ value: StateValue) {
    begin(name)
    // What was read back from CBOR can be written as JSON: both hold the same values.
    try? value.appendJSON(
      to: &bytes, style: .compact, enclosing: SourceState.enclosingLevelCount)
  }

  mutating func add(_ name: String, _ object: JSONLine?) {
    guard let object else { return }
    begin(name)
    bytes.append(contentsOf: object.bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  mutating func add(_ name: String, _ objects: [JSONLine]) {
    begin(name)
    bytes.append(UInt8(ascii: "["))
    for (index, object) in objects.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: object.bytes)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "]"))
  }

  mutating func add(_ name: String, _ texts: [String]) {
    begin(name)
    bytes.append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      Self.append(text, to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Names are ours, and nothing in them needs an escape.
  private mutating func begin(_ name: String) {
    bytes.append(contentsOf: (bytes.count > 1 ? ",\"" : "\"").utf8)
    bytes.append(contentsOf: name.utf8)
    bytes.append(contentsOf: "\":".utf8)
  }

  /// Appends a JSON string.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    JSONText.append(string: text, to: &bytes)
  }

  static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The last line of every JSON output.
enum Summary {
  static func start(_ verb: String, _ code: ExitCode) -> JSONLine {
    var line = JSONLine("summary", verb: verb)
    line.add("exit_code", code.rawValue)
    return line
  }

  /// The summary of a verb that gave up.
  static func line(of failure: ToolFailure, verb: String) -> [UInt8] {
    var line = start(verb, failure.code)
    line.add("error", error(failure))
    return line.line
  }

  /// What went wrong, and what to do about it.
  static func error(_ failure: ToolFailure) -> JSONLine {
    var error = JSONLine()
    error.add("message", failure.message)
    error.add("file", failure.cause?.file)
    error.add("offset", failure.cause?.offset)
    error.add("lsn", failure.cause?.sequence)
    error.add("last_lsn", failure.cause?.lastSequence)
    error.add("next", failure.nextCommand)
    return error
  }
}
