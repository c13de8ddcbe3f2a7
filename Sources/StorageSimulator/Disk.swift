/// Everything on one simulated disk. A value: copying it is cheap, and copies share what neither
/// of them has changed since.
struct Disk: Sendable {
  static let root: NodeNumber = 0

  var files: [NodeNumber: FileImage] = [:]
  var directories: [NodeNumber: DirectoryImage] = [root: DirectoryImage()]
  private var nextNode: NodeNumber = 1

  /// The node named `name` in a directory, if any.
  func find(_ name: String, in directory: NodeNumber) -> NodeNumber? {
    directories[directory]?.entries[name]
  }

  mutating func createFile(_ name: String, in directory: NodeNumber) -> NodeNumber {
    let node = takeNode()
    files[node] = FileImage()
    directories[directory]?.make(.link(name, node))
    return node
  }

  mutating func createDirectory(_ name: String, in directory: NodeNumber) -> NodeNumber {
    let node = takeNode()
    directories[node] = DirectoryImage()
    directories[directory]?.make(.link(name, node))
    return node
  }

  mutating func takeNode() -> NodeNumber {
    defer { nextNode += 1 }
    return nextNode
  }

  /// Makes a directory durable, and forgets the files that nothing can bring back any more.
  mutating func syncDirectory(_ directory: NodeNumber, keeping open: Set<NodeNumber>) {
    guard directories[directory]?.unsynced.isEmpty == false else { return }
    directories[directory]?.sync()
    var reachable = open
    for directory in directories.values { directory.addReachable(to: &reachable) }
    for node in files.keys where !reachable.contains(node) { files[node] = nil }
  }

  /// The files and directories that have a name.
  private var namedNodes: Set<NodeNumber> {
    var named: Set<NodeNumber> = []
    for directory in directories.values { named.formUnion(directory.entries.values) }
    return named
  }

  /// The bytes taken by files that have a name or are open.
  func usedByteCount(keeping open: Set<NodeNumber>) -> Int64 {
    let named = namedNodes.union(open)
    return named.reduce(0) { $0 + Int64(files[$1]?.content.count ?? 0) }
  }

  /// The disk as it is found after a power loss.
  func afterPowerLoss(_ pattern: LossPattern) -> Disk {
    var generator = SeededGenerator(seed: pattern.seed)
    var after = self
    after.files = [:]
    after.directories = [:]
    // In order of creation, so that the outcome follows from the seed alone.
    for (node, directory) in directories.sorted(by: { $0.key < $1.key }) {
      let fate = Fate.ofDirectory(
        pattern, changeCount: directory.unsynced.count, using: &generator)
      after.directories[node] = DirectoryImage(durable: directory.survivor(of: fate))
    }
    let named = after.namedNodes
    for (node, file) in files.sorted(by: { $0.key < $1.key }) {
      let fate = Fate.ofFile(pattern, changeCount: file.unsynced.count, using: &generator)
      guard named.contains(node) else { continue }
      after.files[node] = FileImage(durable: file.survivor(of: fate))
    }
    return after
  }
}

extension LossPattern {
  fileprivate var seed: UInt64 {
    if case .random(let seed) = self { seed } else { 0 }
  }
}
