import ToolSupport

/// The members of one object, taken one by one; what nobody takes is nothing that is known.
struct ConfigurationMembers {
  let node: ConfigurationNode
  private var rest: [(name: String, node: ConfigurationNode)]
  private var known: [String] = []

  init(_ node: ConfigurationNode, _ members: [(String, ConfigurationNode)]) {
    self.node = node
    rest = members
  }

  /// All of them, where any name will do.
  var all: [(name: String, node: ConfigurationNode)] { rest }

  /// A member, if it is there.
  mutating func take(_ name: String) -> ConfigurationNode? {
    known.append(name)
    guard let index = rest.firstIndex(where: { $0.name == name }) else { return nil }
    return rest.remove(at: index).node
  }

  /// A member that must be there.
  mutating func require(_ name: String) -> ConfigurationNode {
    if let found = take(name) { return found }
    // One that was mistyped is named rather than missed, and taken for what was meant.
    for index in rest.indices {
      let suggestion = WordSuggestion.text(for: rest[index].name, among: [name])
      if suggestion.isEmpty { continue }
      rest[index].node.refuse("is not known here\(suggestion)")
      return rest.remove(at: index).node
    }
    node.refuse("has no \"\(name)\", which it needs")
    return node.absent
  }

  /// Refuses what nobody took.
  func finish() {
    for (name, node) in rest {
      let suggestion = WordSuggestion.text(for: name, among: known)
      node.refuse("is not known here\(suggestion); there are \(ConfigurationNode.list(known))")
    }
  }
}
