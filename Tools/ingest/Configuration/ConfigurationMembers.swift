import ToolSupport

/// The members of one object, taken one by one; what nobody takes is nothing that is known.
struct ConfigurationMembers {
  let node: ConfigurationNode
  /// What may be here, in the order of the documentation.
  private var known: [String]
  /// What is known in such an object of another type, and so is no mistyped name.
  private let elsewhere: [String]
  private var rest: [(name: String, node: ConfigurationNode)]
  /// What has been found, under its name or a mistyped one.
  private var found: Set<String>

  init(
    _ node: ConfigurationNode, _ members: [(String, ConfigurationNode)], known: [String],
    elsewhere: [String]
  ) {
    self.node = node
    self.known = known
    self.elsewhere = elsewhere
    rest = members
    found = Set(members.map(\.0))
  }

  /// All of them, where any name will do.
  var all: [(name: String, node: ConfigurationNode)] { rest }

  /// Takes note of what may be here, too, as another member has shown.
  mutating func know(_ names: [String]) { known += names }

  /// A member, if it is there.
  mutating func take(_ name: String) -> ConfigurationNode? {
    precondition(known.contains(name), "\(name) is not among the names that may be here")
    guard let index = rest.firstIndex(where: { $0.name == name }) else { return nil }
    return rest.remove(at: index).node
  }

  /// A member that must be there.
  mutating func require(_ name: String) -> ConfigurationNode {
    if let found = take(name) ?? takeMistyped(name) { return found }
    node.refuse("has no \"\(name)\", which it needs")
    return node.absent
  }

  /// The one of some members, of which just one must be there, and its name.
  mutating func requireOne(of names: [String]) -> (name: String, node: ConfigurationNode) {
    var there: [(name: String, node: ConfigurationNode)] = []
    for name in names {
      if let found = take(name) { there.append((name, found)) }
    }
    if there.isEmpty, let name = names.first(where: { hasMistyped($0) }) {
      return (name, require(name))
    }
    guard let first = there.first else {
      node.refuse("has none of \(ConfigurationNode.list(names)), and needs one")
      return (names[0], node.absent)
    }
    for other in there.dropFirst() {
      other.node.refuse("does not go with \"\(first.name)\"; remove one of them")
    }
    return first
  }

  /// One that was mistyped is named rather than missed, and taken for what was meant.
  private mutating func takeMistyped(_ name: String) -> ConfigurationNode? {
    guard let index = rest.firstIndex(where: { means(name, $0.name) }) else { return nil }
    let (typed, node) = rest.remove(at: index)
    found.insert(name)
    node.refuse("is not known here\(WordSuggestion.text(for: typed, among: [name]))")
    return node
  }

  private func hasMistyped(_ name: String) -> Bool { rest.contains { means(name, $0.name) } }

  /// Whether somebody who typed a name meant a member that is not there.
  private func means(_ name: String, _ typed: String) -> Bool {
    meant(by: typed, among: known.filter { !found.contains($0) }) == name
  }

  /// Which member, of some, somebody meant who typed a name; nil when it means something by itself, or
  /// nothing like any of them.
  private func meant(by typed: String, among names: [String]) -> String? {
    if known.contains(typed) || elsewhere.contains(typed) { return nil }
    return WordSuggestion.nearest(to: typed, among: names)
  }

  /// Refuses what nobody took.
  func finish() {
    for (name, node) in rest {
      let suggestion =
        meant(by: name, among: known).map { WordSuggestion.text(for: name, among: [$0]) } ?? ""
      node.refuse("is not known here\(suggestion); there are \(ConfigurationNode.list(known))")
    }
  }
}
