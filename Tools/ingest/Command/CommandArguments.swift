/// The words of a command line: flags, and flags with values (`--name value` or `--name=value`).
struct CommandArguments {
  /// Why a command line is none of this tool's.
  struct UsageError: Error, Equatable {
    var message: String
  }

  private var values: [String: String] = [:]
  private var switches: Set<String> = []

  /// Sorts `words` by the names (with their dashes) that are known.
  init(
    _ words: [String], valued: Set<String>, switches known: Set<String>
  ) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      if valued.contains(name) {
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty
        else { throw UsageError(message: "\(name) needs a value") }
        guard values.updateValue(value, forKey: name) == nil else {
          throw UsageError(message: "\(name) is given twice")
        }
      } else if known.contains(word) {
        switches.insert(word)
      } else {
        throw UsageError(message: "unknown argument \"\(word)\"")
      }
    }
  }

  /// The names of all flags that were given.
  var names: Set<String> { switches.union(values.keys) }

  /// The value of a flag, if it was given.
  func value(_ name: String) -> String? { values[name] }

  /// Whether a flag was given.
  func has(_ name: String) -> Bool { switches.contains(name) }

  /// The value of a flag as a number within bounds.
  func number(
    _ name: String, in range: ClosedRange<Int>, default fallback: Int
  ) throws(UsageError) -> Int {
    guard let text = value(name) else { return fallback }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        message: "\(name) needs a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
