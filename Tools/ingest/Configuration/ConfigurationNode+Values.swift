import StateJournal
import ToolSupport

/// What a value stands for; anything in its place, once it is noted what is wrong with it.
extension ConfigurationNode {
  /// A text that is not empty.
  func text() -> String {
    guard let text = value.string, !isAbsent else {
      refuse("must be a text, and is \(Shown.kind(value))")
      return ""
    }
    if text.isEmpty { refuse("must not be empty") }
    return text
  }

  /// The name of a file or a directory.
  func path() -> String {
    let path = text()
    // The system would take what stands before it for the whole name.
    if path.utf8.contains(0) { refuse("must have no zero byte in it, as no path has one") }
    return path
  }

  /// Texts that are not empty.
  func texts() -> [String] { elements().map { $0.text() } }

  /// The names of columns, each once. `fold` makes one of what is the same there.
  func columnNames(_ fold: (String) -> String = { $0 }) -> [String] {
    let elements = elements()
    let names = elements.map { $0.text() }
    ConfigurationNode.refuseTwins(Array(zip(names.map(fold), elements)), "column")
    return names
  }

  func bool() -> Bool {
    guard let bool = value.bool, !isAbsent else {
      refuse("must be true or false, and is \(Shown.value(value))")
      return false
    }
    return bool
  }

  func integer(in range: ClosedRange<Int>) -> Int {
    guard let number = value.int.flatMap({ Int(exactly: $0) }), range.contains(number), !isAbsent
    else {
      refuse(
        "must be an integer from \(range.lowerBound) to \(range.upperBound), and is "
          + Shown.value(value))
      return range.lowerBound
    }
    return number
  }

  /// A time such as "200ms", "5s", "10min", "1h".
  func duration(orZero mayBeZero: Bool = false) -> Duration {
    let text = value.string ?? ""
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let milliseconds: [String: Int64] = ["ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000]
    guard let unit = milliseconds[String(text.dropFirst(digits.count))], !digits.isEmpty, !isAbsent
    else {
      refuse(
        "must be a time such as \"200ms\", \"5s\", \"10min\" or \"1h\", and is \(Shown.value(value))"
      )
      return .seconds(1)
    }
    guard let count = Int64(digits), count <= 365 * 24 * 3_600_000 / unit else {
      refuse("must be at most \"8760h\", a year, and is \(Shown.value(value))")
      return .seconds(1)
    }
    if count == 0, !mayBeZero { refuse("must not be zero") }
    return .milliseconds(count * unit)
  }

  /// What one of some words stands for; `nil` where it is none of them, which is noted. `others` is what
  /// else could be there, as it is written.
  func choice<Choice>(
    of choices: [(String, Choice)], else others: String = ""
  ) -> Choice? {
    let words = choices.map(\.0)
    let list = Self.list(words) + (others.isEmpty ? "" : ", \(others)")
    if let word = value.string, !isAbsent {
      if let found = choices.first(where: { $0.0 == word }) { return found.1 }
      let suggestion = WordSuggestion.text(for: word, among: words)
      refuse("\(Shown.value(value)) is not known here\(suggestion); there are \(list)")
      return nil
    }
    refuse("must be one of \(list), and is \(Shown.kind(value))")
    return nil
  }

  /// Notes that a list has nothing in it.
  func refuseEmpty(_ problem: String) {
    if value.array?.isEmpty ?? false { refuse(problem) }
  }

  /// Notes those whose name another one has that stands before them. Names differ when their bytes do.
  static func refuseTwins(_ named: [(name: String, node: ConfigurationNode)], _ what: String) {
    var seen: Set<[UInt8]> = []
    for (name, node) in named where !name.isEmpty && !seen.insert(Array(name.utf8)).inserted {
      node.refuse("there is a \(what) named \(Shown.text(name)) already; names must differ")
    }
  }

  static func list(_ words: [String]) -> String { words.map(Shown.text).joined(separator: ", ") }
}
