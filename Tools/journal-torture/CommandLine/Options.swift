import ToolSupport

/// The options of one command, taken apart but not yet understood.
struct Options {
  /// Words that are no options.
  private(set) var words: [String] = []
  /// The words behind `--`; nil when there is none.
  private(set) var command: [String]?
  private var values: [String: String] = [:]
  private var flags: Set<String> = []

  /// Takes apart words and options in any order, as `--name value` or `--name=value`.
  init(
    _ arguments: [String], valued: [String], plain: [String]
  ) throws(TortureFailure) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        command = Array(rest)
        return
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        words.append(argument)
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      if plain.contains(name), parts.count == 1 {
        flags.insert(name)
      } else if valued.contains(name) {
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
          throw TortureFailure(.usage, "\(name) needs a value")
        }
        values[name] = value
      } else if plain.contains(name) {
        throw TortureFailure(.usage, "\(name) takes no value")
      } else {
        throw TortureFailure(
          .usage,
          "unknown option \(name)"
            + WordSuggestion.text(for: name, among: valued + plain))
      }
    }
  }

  /// The one directory that was given.
  func directory() throws(TortureFailure) -> String {
    if words.count > 1 {
      throw TortureFailure(.usage, "two directories: \(words[0]) and \(words[1])")
    }
    guard let directory = words.first, !directory.isEmpty else {
      throw TortureFailure(.usage, "the directory of the store is missing")
    }
    if let command {
      throw TortureFailure(.usage, "nothing may follow --, not \(command.joined(separator: " "))")
    }
    return directory
  }

  func has(_ flag: String) -> Bool { flags.contains(flag) }

  func text(_ name: String) -> String? { values[name] }

  /// The whole number given for an option, if it was given.
  func number(
    _ name: String, in range: ClosedRange<UInt64> = 0...(.max)
  ) throws(TortureFailure) -> UInt64? {
    guard let text = values[name] else { return nil }
    guard let number = UInt64(text), range.contains(number) else {
      throw TortureFailure(
        .usage,
        "\(name) \(text): a whole number from \(range.lowerBound) to \(range.upperBound) is needed")
    }
    return number
  }

  /// The whole number given for an option that must be given.
  func required(
    _ name: String, in range: ClosedRange<UInt64> = 0...(.max)
  ) throws(TortureFailure) -> UInt64 {
    guard let number = try number(name, in: range) else {
      throw TortureFailure(.usage, "\(name) is missing")
    }
    return number
  }
}
