import FuzzTargets
import ToolSupport

/// Options as `--name value`, and at most one word beside them.
struct FuzzOptions {
  private var values: [String: String] = [:]
  private(set) var word: String?

  init(_ arguments: [String], valued: [String], takesWord: Bool = false) throws(FuzzFailure) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if valued.contains(argument) {
        guard let value = rest.popFirst() else {
          throw FuzzFailure("\(argument) needs a value", kind: .usage)
        }
        values[argument] = value
      } else if takesWord, word == nil, !argument.hasPrefix("-") {
        word = argument
      } else {
        let hint = WordSuggestion.text(for: argument, among: valued)
        throw FuzzFailure("unknown option \(argument)\(hint)", kind: .usage)
      }
    }
  }

  func text(_ name: String) -> String? { values[name] }

  /// The whole number given for an option, if it was given.
  func number(_ name: String, in range: ClosedRange<Int>) throws(FuzzFailure) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw FuzzFailure(
        "\(name) \(text): a whole number from \(range.lowerBound) to \(range.upperBound) is needed",
        kind: .usage)
    }
    return number
  }

  /// The target of a name that must be given.
  func target() throws(FuzzFailure) -> any FuzzTarget {
    guard let name = values["--target"] else {
      throw FuzzFailure("--target is missing", kind: .usage)
    }
    return try Self.target(name)
  }

  /// The targets asked for: all of them unless one is named.
  func targets() throws(FuzzFailure) -> [any FuzzTarget] {
    guard let name = values["--target"], name != "all" else { return FuzzTargets.all }
    return [try Self.target(name)]
  }

  private static func target(_ name: String) throws(FuzzFailure) -> any FuzzTarget {
    if let target = FuzzTargets.named(name) { return target }
    let known = FuzzTargets.all.map(\.name)
    throw FuzzFailure(
      "unknown target \(name)\(WordSuggestion.text(for: name, among: known)); "
        + "there are \(known.joined(separator: ", "))", kind: .usage)
  }
}
