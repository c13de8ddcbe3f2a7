import StateJournal

/// The arguments behind a verb, taken apart.
struct Arguments {
  private(set) var directory = ""
  private var operands: [String: [String]] = [:]
  private var values: [String: [String]] = [:]
  private let verb: Verb

  /// Reads `words` by what the verb takes. Options may stand anywhere; `--` ends them, for a
  /// directory that begins with a dash. A dash before a digit begins a moment ("-2h"), no option.
  init(_ words: some Sequence<String>, for verb: Verb) throws(ToolFailure) {
    self.verb = verb
    var positions: [String] = []
    var rest = Array(words)[...]
    var onlyPositions = false
    while let word = rest.popFirst() {
      if onlyPositions || !Self.isOption(word) {
        positions.append(word)
      } else if word == "--" {
        onlyPositions = true
      } else {
        try take(word, from: &rest)
      }
    }
    if has("--help") { return }
    try place(positions[...])
  }

  /// Whether a word is an option, and not a place, a dash alone or a moment.
  static func isOption(_ word: String) -> Bool {
    guard word.hasPrefix("-"), let second = word.utf8.dropFirst().first else { return false }
    return !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(second)
  }

  private mutating func place(_ positions: ArraySlice<String>) throws(ToolFailure) {
    var rest = positions
    if verb.takesDirectory {
      guard let first = rest.popFirst() else {
        throw usage("\(verb.name) needs the directory of a store: \(verb.usage)")
      }
      try checkPath(first, of: "DIR")
      directory = Self.path(first)
    }
    for operand in verb.operands {
      let taken = operand.isRepeated ? rest : rest.prefix(1)
      if taken.isEmpty, operand.isNeeded {
        throw usage("\(verb.name) needs \(operand.name), \(operand.help): \(verb.usage)")
      }
      if operand.isPath { for word in taken { try checkPath(word, of: operand.name) } }
      if let choices = operand.choices {
        for word in taken { try check(word, choices, of: operand.name) }
      }
      operands[operand.name] = operand.isPath ? taken.map(Self.path) : Array(taken)
      rest = rest.dropFirst(taken.count)
    }
    if let surplus = rest.first {
      let all = verb.takesDirectory && verb.operands.isEmpty ? "one directory" : "no more"
      throw usage("\(verb.name) takes \(all): \(verb.usage); what is \"\(surplus)\"?")
    }
  }

  private mutating func take(
    _ word: String, from rest: inout ArraySlice<String>
  ) throws(ToolFailure) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = verb.option(name) else {
      let names = verb.allOptions.flatMap { [$0.name] + ($0.short.map { [$0] } ?? []) }
      let nearest = Suggestion.nearest(to: name, among: names)
      throw usage(
        "\(verb.name) knows no option \(name)" + (nearest.map { "; did you mean \($0)?" } ?? ""))
    }
    guard let placeholder = option.value else {
      guard parts.count == 1 else { throw usage("\(option.name) takes no value") }
      values[option.name] = [""]
      return
    }
    guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
      throw usage("\(option.name) needs a value: \(option.name) \(placeholder)")
    }
    // Nonsense is refused before anything is read or asked.
    if option.isPath { try checkPath(value, of: option.name) }
    if let choices = option.choices { try check(value, choices, of: option.name) }
    if let range = option.range { _ = try number(value, as: option.name, in: range) }
    values[option.name, default: []].append(option.isPath ? Self.path(value) : value)
  }

  /// A path as the next command is going to name it, which has no -- before it. The dash alone is standard
  /// input or output.
  private static func path(_ word: String) -> String {
    word.hasPrefix("-") && word != "-" ? "./" + word : word
  }

  /// What a variable that is not set leaves is no path, and an error about it would name nothing.
  private func checkPath(_ path: String, of place: String) throws(ToolFailure) {
    if path.isEmpty {
      throw usage("\(place) is empty, where a path belongs: is a variable not set?")
    }
  }

  /// The word that was given for an operand which may be left out, or stands once.
  func operand(_ name: String) -> String? { operands[name]?.first }

  /// The words that were given for an operand which may be repeated.
  func operands(_ name: String) -> [String] { operands[name] ?? [] }

  /// Whether an option was given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of an option, where it was given; of several, the last one.
  func value(_ name: String) -> String? { values[name]?.last }

  /// The values of an option that may be repeated.
  func values(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option that takes a number; which ones, it was held to when it was read.
  func number(_ name: String) -> UInt64? { value(name).flatMap { UInt64($0) } }

  private func number(
    _ text: String, as name: String, in range: ClosedRange<UInt64>
  ) throws(ToolFailure) -> UInt64 {
    guard let number = UInt64(text), range.contains(number) else {
      throw usage(
        "\(name) takes a number from \(range.lowerBound)"
          + (range.upperBound == .max ? " on" : " to \(range.upperBound)") + ", not \"\(text)\"")
    }
    return number
  }

  /// The value of an option that takes one of a few words, or its default; which words, it was held to
  /// when it was read.
  func choice<Choice: RawRepresentable>(_ name: String, of type: Choice.Type) -> Choice
  where Choice.RawValue == String {
    let word = value(name) ?? verb.option(name)?.choices?.fallback
    guard let choice = word.flatMap({ Choice(rawValue: $0) }) else {
      preconditionFailure("\(verb.name) has no default for \(name)")
    }
    return choice
  }

  /// The values of such an option that may be repeated.
  func choices<Choice: RawRepresentable>(_ name: String, of type: Choice.Type) -> [Choice]
  where Choice.RawValue == String {
    values(name).compactMap { Choice(rawValue: $0) }
  }

  private func check(
    _ word: String, _ choices: Choices, of place: String
  ) throws(ToolFailure) {
    if let refusal = choices.refusal(of: word, as: place) { throw usage(refusal) }
  }

  func usage(_ message: String) -> ToolFailure {
    ToolFailure(.usage, message, next: "journal-tool help \(verb.name)")
  }
}
