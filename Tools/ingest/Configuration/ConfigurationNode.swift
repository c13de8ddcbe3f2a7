import DataSources
import StateJournal
import Synchronization

/// One value of a configuration, with its place in the text.
///
/// What is wrong is noted, and reading goes on with any value in its place, so that all of it is told at
/// once.
struct ConfigurationNode {
  /// The text of a configuration, and what is wrong with it.
  final class Document: Sendable {
    /// What is wrong, and the offset of what it is about.
    typealias Finding = (offset: Int, member: String, problem: String)

    let file: String
    let bytes: [UInt8]
    private let findings = Mutex<[Finding]>([])

    init(file: String, bytes: [UInt8]) {
      self.file = file
      self.bytes = bytes
    }

    func note(_ finding: Finding) { findings.withLock { $0.append(finding) } }

    /// What is wrong so far, in the order of the text; nil when nothing is.
    var errors: ConfigurationErrors? {
      let findings = findings.withLock { $0 }.sorted { $0.offset < $1.offset }
      if findings.isEmpty { return nil }
      let told = findings.prefix(ConfigurationErrors.maximumCount)
      return ConfigurationErrors(told.map(error), untoldCount: findings.count - told.count)
    }

    func error(_ finding: Finding) -> ConfigurationError {
      let bytes = bytes
      let place = TextPosition(of: finding.offset, in: bytes.span, from: 0, line: 1)
      return ConfigurationError(
        file: file, line: Int(place.line), column: place.column, member: finding.member,
        problem: finding.problem)
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
    if let mark = ConfigurationError(file: file, encodingMarkOf: bytes) { throw mark }
    do throws(StateError) {
      value = try StateValue(json: bytes.span)
    } catch {
      throw ConfigurationError(file: file, noJSON: error)
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

  /// Something that is missing here.
  var absent: ConfigurationNode {
    var node = self
    node.isAbsent = true
    return node
  }

  /// Notes what is wrong with this value.
  func refuse(_ problem: String) {
    if !isAbsent { document.note((nameOffset, member, problem)) }
  }

  /// An error about this value, at its name.
  func error(_ problem: String) -> ConfigurationError {
    document.error((nameOffset, member, problem))
  }

  /// Its members.
  ///
  /// - Parameters:
  ///   - known: what may be among them.
  ///   - elsewhere: what may be among those of an object of another type.
  func members(_ known: [String], elsewhere: [String] = []) -> ConfigurationMembers {
    var members: [(String, ConfigurationNode)] = []
    var node = self
    if case .object = value, !isAbsent {
      members = places().map { place in
        let name = Shown.name(place.name)
        let path = member.isEmpty || name.hasPrefix("[") ? member + name : "\(member).\(name)"
        return (place.name, ConfigurationNode(path, of: self, at: place))
      }
    } else {
      refuse("must be an object, and is \(Shown.kind(value))")
      node = absent
    }
    return ConfigurationMembers(node, members, known: known, elsewhere: elsewhere)
  }

  /// Its elements.
  func elements() -> [ConfigurationNode] {
    guard case .array = value, !isAbsent else {
      refuse("must be an array, and is \(Shown.kind(value))")
      return []
    }
    return places().enumerated().map { index, place in
      ConfigurationNode("\(member)[\(index)]", of: self, at: place)
    }
  }

  private func places() -> [JSONPlaces.Member] {
    let bytes = document.bytes
    return JSONPlaces.members(in: bytes.span, at: range.lowerBound)
  }
}
