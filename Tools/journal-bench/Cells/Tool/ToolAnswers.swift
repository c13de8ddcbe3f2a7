import StateJournal

/// Whether journal-tool finds in a store what one writer put there, one update in each commit.
struct ToolAnswers {
  private static let writer: UInt64 = 1
  private static let beginning = "stream-"

  private let streamCount: Int
  private let updateCount: Int
  private var nextIndex: UInt64 = 0
  private var recordCount: Int64?
  private var numbers: [UpdateNumber?]

  /// The writers of such a store.
  var phases: [Verification.Phase] { [[Self.writer: updateCount]] }

  init(streamCount: Int, updateCount: Int) {
    (self.streamCount, self.updateCount) = (streamCount, updateCount)
    numbers = [UpdateNumber?](repeating: nil, count: streamCount)
  }

  /// Takes a line of `dump --json`: the updates must come one behind the other.
  mutating func takeDumped(_ line: StateValue) throws {
    if line["type"]?.string == "summary" { recordCount = line["records"]?.int }
    for change in line["changes"]?.array ?? [] where change["op"]?.string == "put" {
      let expected = UpdateNumber(writer: Self.writer, index: nextIndex)
      let (stream, number) = try Self.update(in: change)
      guard number == expected, stream == expected.stream(of: streamCount) else {
        throw BenchFailure("dump shows something else as update \(nextIndex): \(change)")
      }
      nextIndex += 1
    }
  }

  func checkDumped() throws {
    guard nextIndex == UInt64(updateCount), recordCount != nil else {
      throw BenchFailure("dump shows \(nextIndex) of \(updateCount) updates")
    }
  }

  /// Takes a line of `replay --json`.
  mutating func takeReplayed(_ line: StateValue) throws {
    guard line["type"]?.string == "object" else { return }
    let (stream, number) = try Self.update(in: line)
    guard numbers.indices.contains(stream) else {
      throw BenchFailure("replay shows a stream that nobody wrote: \(line)")
    }
    numbers[stream] = number
  }

  func checkReplayed() throws { try Verification.check(numbers, phases: phases) }

  /// Takes what `verify --json` prints: it must have gone through all that `dump` showed.
  func checkVerified(_ summary: StateValue) throws {
    guard summary["state_intact"] == true, summary["findings"]?.int == 0,
      let count = summary["records"]?.int, count == recordCount
    else { throw BenchFailure("verify did not find all in order: \(summary)") }
  }

  private static func update(in object: StateValue) throws -> (Int, UpdateNumber) {
    guard let name = object["stream"]?.string, name.hasPrefix(beginning),
      let stream = Int(name.dropFirst(beginning.count)), let number = object["value"]?["seq"]?.int
    else { throw BenchFailure("the tool shows what nobody wrote: \(object)") }
    return (stream, UpdateNumber(rawValue: UInt64(bitPattern: number)))
  }
}

extension ToolAnswers {
  /// Asks the tool for all of a store's log, and checks what it says.
  mutating func checkLog(_ tool: String, _ directory: String) throws {
    try Self.forEachLine(tool, ["dump", directory, "--json"]) { try takeDumped($0) }
    try checkDumped()
    try checkState(tool, directory)
    try Self.forEachLine(tool, ["verify", directory, "--json"]) { line in
      if line["type"]?.string == "summary" { try checkVerified(line) }
    }
  }

  /// Asks the tool for the state of a store, and checks it.
  mutating func checkState(_ tool: String, _ directory: String) throws {
    numbers = [UpdateNumber?](repeating: nil, count: streamCount)
    try Self.forEachLine(tool, ["replay", directory, "--json"]) { try takeReplayed($0) }
    try checkReplayed()
  }

  private static func forEachLine(
    _ tool: String, _ arguments: [String], _ body: (StateValue) throws -> Void
  ) throws {
    try ProgramLines.forEach(of: tool, arguments) { try body(StateValue(json: $0.span)) }
  }
}
