import ToolSupport

/// Options by name.
struct BenchOptions {
  private var values: [String: String] = [:]

  /// Takes `--name value` pairs, whatever their names: the harness hands the same ones to all.
  init(pairs: [String]) {
    var rest = pairs[...]
    while let name = rest.popFirst(), let value = rest.popFirst() { values[name] = value }
  }

  /// Takes options with the given names, and `--json`.
  init(_ arguments: [String], valued: [String]) throws {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      if name == "--json" {
        values[name] = "1"
      } else if valued.contains(name), let value = rest.popFirst() {
        values[name] = value
      } else {
        let hint = WordSuggestion.text(for: name, among: valued + ["--json"])
        throw BenchFailure(
          valued.contains(name) ? "\(name) needs a value" : "unknown option \(name)\(hint)",
          kind: .usage)
      }
    }
  }

  func text(_ name: String) -> String? { values[name] }

  func has(_ name: String) -> Bool { values[name] == "1" }

  func number(_ name: String, default standard: Int, in range: ClosedRange<Int>) throws -> Int {
    try number(name, in: range) ?? standard
  }

  func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    try values[name].map { try Self.number($0, of: name, in: range) }
  }

  /// Numbers with commas between them.
  func numbers(_ name: String, in range: ClosedRange<Int>) throws -> [Int]? {
    try values[name]?.split(separator: ",", omittingEmptySubsequences: false).map {
      try Self.number(String($0), of: name, in: range)
    }
  }

  private static func number(
    _ text: String, of name: String, in range: ClosedRange<Int>
  ) throws -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw BenchFailure(
        "\(name) \(text): a whole number from \(range.lowerBound) to \(range.upperBound) is needed",
        kind: .usage)
    }
    return number
  }

  func seconds(_ name: String, default standard: Double) throws -> Double {
    try seconds(name) ?? standard
  }

  func seconds(_ name: String) throws -> Double? {
    guard let text = values[name] else { return nil }
    guard let number = Double(text), number > 0, number < 1e6 else {
      throw BenchFailure("\(name) \(text): a number of seconds is needed", kind: .usage)
    }
    return number
  }
}
