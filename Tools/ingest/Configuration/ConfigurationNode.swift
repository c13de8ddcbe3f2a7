import DataSources
import StateJournal
import Synchronization
import ToolSupport

/// One value of a configuration, with its place in the text.
///
/// What is wrong is noted, and reading goes on with any value in its place, so that all of it is told at
/// once.
struct ConfigurationNode {
  /// The text of a configuration, and what is wrong with it.
  final class Document: Sendable {
    let file: String
    let bytes: [UInt8]
    private let found = Mutex<[ConfigurationError]>([])

    var errors: [ConfigurationError] { found.withLock { $0 } }

    func note(_ error: ConfigurationError) { found.withLock { $0.append(error) } }

    init(file: String, bytes: [UInt8]) {
      self.file = file
      self.bytes = bytes
    }
  }

  let document: Document
  /// Which member it is, as "sources[0].format".
  let member: String
  let value: StateValue
  /// Where it is, in bytes, and where its name is.
  let range: Range<Int>
  let nameOffset: Int
  /// Whether it stands for something that is missing, which has been noted.
  private(set) var isAbsent = false

  /// The whole of a configuration.
  init(file: String, bytes: [UInt8]) throws(ConfigurationError) {
    document = Document(file: file, bytes: bytes)
    member = ""
    range = 0..<bytes.count
    nameOffset = 0
    do throws(StateError) {
      value = try StateValue(json: bytes.span)
    } catch {
      let cause = error.underlying as? JSONError
      throw ConfigurationError(
        file: file, line: cause?.line ?? 1, column: cause?.column ?? 1, member: "",
        problem: "no valid JSON: \(cause?.reason.rawValue ?? error.message)")
    }
  }

  private init(_ member: String, of parent: ConfigurationNode, at place: JSONPlaces.Member) {
    document = parent.document
    self.member = member
    range = place.value
    nameOffset = place.nameOffset
    // The whole text was parsed, so every part of it is valid.
    let bytes = document.bytes
    value = (try? StateValue(json: bytes.span.extracting(place.value))) ?? .null
  }

  /// Notes that a list has nothing in it.
  func refuseEmpty(_ problem: String) {
    if value.array?.isEmpty ?? false { refuse(problem) }
  }

  /// Something that is missing here.
  var absent: ConfigurationNode {
    var node = self
    node.isAbsent = true
    return node
  }

  /// Notes what is wrong with this value.
  func refuse(_ problem: String) {
    if !isAbsent { document.note(error(problem)) }
  }

  /// An error about this value, at its name.
  func error(_ problem: String) -> ConfigurationError {
    let bytes = document.bytes
    let place = TextPosition(of: nameOffset, in: bytes.span, from: 0, line: 1)
    return ConfigurationError(
      file: document.file, line: Int(place.line), column: place.column, member: member,
      problem: problem)
  }

  /// Its members.
  func members() -> ConfigurationMembers {
    guard case .object = value, !isAbsent else {
      refuse("must be an object, and is \(kind)")
      return ConfigurationMembers(absent, [])
    }
    let bytes = document.bytes
    let places = JSONPlaces.members(in: bytes.span, at: range.lowerBound)
    return ConfigurationMembers(
      self,
      places.map { place in
        (
          place.name,
          ConfigurationNode(
            member.isEmpty ? place.name : "\(member).\(place.name)", of: self, at: place)
        )
      })
  }

  /// Its elements.
  func elements() -> [ConfigurationNode] {
    guard case .array = value, !isAbsent else {
      refuse("must be an array, and is \(kind)")
      return []
    }
    let bytes = document.bytes
    let places = JSONPlaces.members(in: bytes.span, at: range.lowerBound)
    return places.enumerated().map { index, place in
      ConfigurationNode("\(member)[\(index)]", of: self, at: place)
    }
  }

  /// A text that is not empty.
  func text() -> String {
    guard let text = value.string else {
      refuse("must be a text, and is \(kind)")
      return ""
    }
    if text.isEmpty { refuse("must not be empty") }
    return text
  }

  /// Texts that are not empty.
  func texts() -> [String] { elements().map { $0.text() } }

  func bool() -> Bool {
    guard let bool = value.bool else {
      refuse("must be true or false, and is \(kind)")
      return false
    }
    return bool
  }

  func integer(in range: ClosedRange<Int>) -> Int {
    guard let number = value.int.flatMap({ Int(exactly: $0) }), range.contains(number) else {
      refuse(
        "must be an integer from \(range.lowerBound) to \(range.upperBound), and is \(value)")
      return range.lowerBound
    }
    return number
  }

  /// A time such as "200ms", "5s", "10min", "1h".
  func duration() -> Duration {
    let text = value.string ?? ""
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units: [String: Duration] = [
      "ms": .milliseconds(1), "s": .seconds(1), "min": .seconds(60), "h": .seconds(3600),
    ]
    guard let count = Int32(digits), let unit = units[String(text.dropFirst(digits.count))] else {
      refuse("must be a time such as \"200ms\", \"5s\", \"10min\" or \"1h\", and is \(value)")
      return .seconds(1)
    }
    return unit * Int(count)
  }

  /// What one of some words stands for; `nil` where it is none of them, which is noted.
  func choice<Choice>(of choices: [(String, Choice)]) -> Choice? {
    let words = choices.map(\.0)
    if let word = value.string, !isAbsent {
      if let found = choices.first(where: { $0.0 == word }) { return found.1 }
      let suggestion = WordSuggestion.text(for: word, among: words)
      refuse("\"\(word)\" is not known here\(suggestion); there are \(Self.list(words))")
      return nil
    }
    refuse("must be one of \(Self.list(words)), and is \(kind)")
    return nil
  }

  static func list(_ words: [String]) -> String {
    words.map { "\"\($0)\"" }.joined(separator: ", ")
  }

  /// What kind of value it is, for messages.
  private var kind: String {
    switch value {
    case .null: "null"
    case .bool: "a truth value"
    case .int, .double: "a number"
    case .string: "a text"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
