import StateJournal

/// The arguments behind a verb, taken apart.
struct Arguments {
  private(set) var directory = ""
  private var values: [String: String] = [:]
  private let verb: String

  /// Reads `words` by what the verb takes. Options may stand anywhere; `--` ends them, for a
  /// directory that begins with a dash.
  init(_ words: some Sequence<String>, for verb: Verb) throws(ToolFailure) {
    self.verb = verb.name
    var positions: [String] = []
    var rest = Array(words)[...]
    var onlyPositions = false
    while let word = rest.popFirst() {
      if onlyPositions || !word.hasPrefix("-") || word == "-" {
        positions.append(word)
      } else if word == "--" {
        onlyPositions = true
      } else {
        try take(word, from: &rest, verb.allOptions)
      }
    }
    if has("--help") { return }
    guard let first = positions.first else {
      throw usage("\(verb.name) needs the directory of a store: journal-tool \(verb.name) DIR")
    }
    guard positions.count == 1 else {
      throw usage("\(verb.name) takes one directory; what is \"\(positions[1])\"?")
    }
    directory = first
  }

  private mutating func take(
    _ word: String, from rest: inout ArraySlice<String>, _ options: [Verb.Option]
  ) throws(ToolFailure) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name || $0.short == name }) else {
      let names = options.flatMap { [$0.name] + ($0.short.map { [$0] } ?? []) }
      let nearest = Suggestion.nearest(to: name, among: names)
      throw usage(
        "\(verb) knows no option \(name)" + (nearest.map { "; did you mean \($0)?" } ?? ""))
    }
    guard let placeholder = option.value else {
      guard parts.count == 1 else { throw usage("\(option.name) takes no value") }
      values[option.name] = ""
      return
    }
    guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
      throw usage("\(option.name) needs a value: \(option.name) \(placeholder)")
    }
    values[option.name] = value
  }

  /// Whether an option was given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of an option, where it was given.
  func value(_ name: String) -> String? { values[name] }

  /// The value of an option as a number from `range`.
  func number(_ name: String, in range: ClosedRange<UInt64>) throws(ToolFailure) -> UInt64? {
    guard let text = values[name] else { return nil }
    guard let number = UInt64(text), range.contains(number) else {
      throw usage(
        "\(name) takes a number from \(range.lowerBound)"
          + (range.upperBound == .max ? " on" : " to \(range.upperBound)") + ", not \"\(text)\"")
    }
    return number
  }

  /// The value of an option as a log sequence number.
  func sequence(_ name: String) throws(ToolFailure) -> LogSequenceNumber? {
    try number(name, in: 0...UInt64.max).map { LogSequenceNumber($0) }
  }

  func usage(_ message: String) -> ToolFailure {
    ToolFailure(.usage, message, next: "journal-tool help \(verb)")
  }
}
