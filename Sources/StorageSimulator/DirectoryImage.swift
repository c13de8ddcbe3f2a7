/// The number of a file or directory on a disk; never used again for another.
typealias NodeNumber = Int

/// One directory as processes see it, as the disk has it, and what lies between.
struct DirectoryImage: Sendable {
  /// A change that has not been made durable. Each is atomic.
  enum Change: Sendable {
    case link(String, NodeNumber)
    case rename(to: String, NodeNumber)
    case unlink(String, NodeNumber)
  }

  /// What processes see.
  private(set) var entries: [String: NodeNumber] = [:]
  /// What a power loss cannot take.
  private(set) var durable: [String: NodeNumber] = [:]
  /// What leads from `durable` to `entries`, oldest first.
  private(set) var unsynced: [Change] = []

  init() {}

  /// A directory at rest: everything in it is durable.
  init(durable names: [String: NodeNumber]) {
    entries = names
    durable = names
  }

  mutating func make(_ change: Change) {
    Self.apply(change, to: &entries)
    unsynced.append(change)
  }

  mutating func sync() {
    durable = entries
    unsynced = []
  }

  /// Adds every file and directory that is here, or that a power loss could bring back.
  func addReachable(to nodes: inout Set<NodeNumber>) {
    for change in unsynced {
      switch change {
      case .link(_, let node), .rename(_, let node), .unlink(_, let node): nodes.insert(node)
      }
    }
    nodes.formUnion(entries.values)
    nodes.formUnion(durable.values)
  }

  /// The names after a power loss: any of the changes may be missing, early ones as well as late
  /// ones, but each is there whole or not at all.
  func survivor(of fate: Fate) -> [String: NodeNumber] {
    var keeps = [Bool](repeating: true, count: unsynced.count)
    switch fate {
    case .moment(let moment):
      for index in keeps.indices { keeps[index] = index < moment }
    case .sizeWithoutData: break
    case .oneHole(var generator):
      if let hole = keeps.indices.randomElement(using: &generator) { keeps[hole] = false }
    case .scrambled(var generator):
      for index in keeps.indices { keeps[index] = Bool.random(using: &generator) }
    }
    var names = durable
    for (change, keep) in zip(unsynced, keeps) where keep { Self.apply(change, to: &names) }
    return names
  }

  private static func apply(_ change: Change, to names: inout [String: NodeNumber]) {
    switch change {
    case .link(let name, let node): names[name] = node
    case .rename(let newName, let node):
      // All other names go, not only the one that was renamed: when an earlier rename is lost,
      // the file still has an older name, and no disk makes two of one.
      names = names.filter { $0.value != node }
      names[newName] = node
    case .unlink(let name, let node):
      if names[name] == node { names[name] = nil }
    }
  }
}
