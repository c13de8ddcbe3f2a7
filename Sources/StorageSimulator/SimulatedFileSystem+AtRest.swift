public import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Looking at a disk, and tampering with it, while nothing runs on it. None of this counts as an
/// operation, and what it changes is durable at once. Paths are as for
/// ``SimulatedFileSystem/openDirectory(_:creating:)``.
extension SimulatedFileSystem {
  /// The paths of all files, in order, as processes see them.
  public var filePaths: [String] {
    machine.withLock { $0.disk.filePaths(in: Disk.root, under: "") }.sorted()
  }

  /// The content of a file as processes see it.
  public func contents(of path: String) throws(IOFailure) -> [UInt8] {
    try machine.withLock { machine throws(IOFailure) in
      guard let file = machine.disk.files[try machine.disk.node(at: path)] else {
        throw IOFailure(.open, path: path, code: EISDIR)
      }
      return file.content
    }
  }

  /// Gives a file other content, creating it, and the directories above it, when missing.
  public func replaceContents(of path: String, with bytes: [UInt8]) throws(IOFailure) {
    try machine.withLock { machine throws(IOFailure) in
      try machine.disk.place(FileImage(durable: bytes), at: path)
    }
  }

  /// Removes a file.
  public func removeFile(at path: String) throws(IOFailure) {
    try machine.withLock { machine throws(IOFailure) in
      let node = try machine.disk.node(at: path)
      guard machine.disk.files[node] != nil, let name = Self.components(of: path).last else {
        throw IOFailure(.remove, path: path, code: EISDIR)
      }
      let parent = try machine.disk.directory(
        Self.components(of: path).dropLast(), for: Operation(.remove, path))
      machine.disk.directories[parent]?.make(.unlink(name, node))
      machine.disk.syncDirectory(parent, keeping: Set(machine.openFiles.values))
    }
  }

  /// Copies all files under a directory, as processes see them, to the same names under another.
  public func copyTree(from source: String, to target: String) throws(IOFailure) {
    try machine.withLock { machine throws(IOFailure) in
      let node = try machine.disk.directory(
        Self.components(of: source), for: Operation(.open, source))
      for path in machine.disk.filePaths(in: node, under: "") {
        let file = machine.disk.files[try machine.disk.node(at: join(source, path))]
        try machine.disk.place(
          FileImage(durable: file?.content ?? []), at: join(target, path))
      }
    }
  }
}

extension Disk {
  fileprivate func filePaths(in directory: NodeNumber, under prefix: String) -> [String] {
    (directories[directory]?.entries ?? [:]).flatMap { name, node in
      let path = prefix.isEmpty ? name : join(prefix, name)
      return files[node] != nil ? [path] : filePaths(in: node, under: path)
    }
  }

  func node(at path: String) throws(IOFailure) -> NodeNumber {
    let components = SimulatedFileSystem.components(of: path)
    let parent = try directory(components.dropLast(), for: .init(.open, path))
    guard let name = components.last else { return parent }
    guard let node = find(name, in: parent) else {
      throw IOFailure(.open, path: path, code: ENOENT)
    }
    return node
  }

  fileprivate mutating func place(_ file: FileImage, at path: String) throws(IOFailure) {
    let components = SimulatedFileSystem.components(of: path)
    guard let name = components.last else { throw IOFailure(.open, path: path, code: EISDIR) }
    var parent = Self.root
    for component in components.dropLast() {
      let next = find(component, in: parent) ?? createDirectory(component, in: parent)
      guard directories[next] != nil else { throw IOFailure(.open, path: path, code: ENOTDIR) }
      directories[parent]?.sync()
      parent = next
    }
    let node = find(name, in: parent) ?? createFile(name, in: parent)
    guard directories[node] == nil else { throw IOFailure(.open, path: path, code: EISDIR) }
    files[node] = file
    directories[parent]?.sync()
  }
}
