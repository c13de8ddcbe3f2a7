public import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension SimulatedFileSystem {
  public func openDirectory(
    _ path: String, creating: Bool
  ) throws(IOFailure) -> any Directory {
    let components = Self.components(of: path)
    let open = Operation(.open, path)
    let found = try perform(open) { machine, _ throws(IOFailure) -> NodeNumber? in
      do throws(IOFailure) {
        return try machine.disk.directory(components, for: open)
      } catch  where error.isMissing && creating {
        return nil
      }
    }
    // From here on, each step is an operation of its own, as on a real machine: a crash between
    // creating the directory and making its name durable must be possible.
    guard creating, let name = components.last else {
      return SimulatedDirectory(path: path, node: found ?? Disk.root, in: self)
    }
    let parentPath =
      components.count > 1
      ? components.dropLast().joined(separator: "/") : path.hasPrefix("/") ? "/" : "."
    let parentNode = try machine.withLock { machine throws(IOFailure) in
      try machine.disk.directory(components.dropLast(), for: open)
    }
    let parent = SimulatedDirectory(path: parentPath, node: parentNode, in: self)
    if found == nil { try parent.makeDirectory(name) }
    try parent.sync()
    let node = try machine.withLock { machine throws(IOFailure) in
      try machine.disk.directory(components, for: open)
    }
    return SimulatedDirectory(path: path, node: node, in: self)
  }

  static func components(of path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
      .filter { $0 != "." }
  }
}

extension Disk {
  /// The directory that a path leads to.
  func directory(
    _ components: some Collection<String>, for operation: SimulatedFileSystem.Operation
  ) throws(IOFailure) -> NodeNumber {
    var node = Self.root
    for component in components {
      guard let next = find(component, in: node) else {
        throw IOFailure(operation.kind, path: operation.path, code: ENOENT)
      }
      guard directories[next] != nil else {
        throw IOFailure(operation.kind, path: operation.path, code: ENOTDIR)
      }
      node = next
    }
    return node
  }
}

/// One open directory of a simulated machine.
final class SimulatedDirectory: Directory {
  let path: String
  private let node: NodeNumber
  private let system: SimulatedFileSystem

  init(path: String, node: NodeNumber, in system: SimulatedFileSystem) {
    self.path = path
    self.node = node
    self.system = system
  }

  func list() throws(IOFailure) -> [String] {
    try system.perform(.init(.list, path)) { machine, _ in
      // Sorted, since the order of a dictionary differs from run to run.
      machine.disk.directories[node]?.entries.keys.sorted() ?? []
    }
  }

  /// In the root of the machine.
  func makeScratchFile() throws(IOFailure) -> (any File)? {
    try SimulatedDirectory(path: "", node: Disk.root, in: system).makeNamelessFile()
  }

  /// None: what takes its names from strings has no others.
  func undecodableNameCount() throws(IOFailure) -> Int {
    try system.perform(.init(.list, path)) { _, _ in 0 }
  }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    let target = try check(name, .open)
    return try system.perform(.init(.open, target)) { machine, _ throws(IOFailure) in
      func failure(_ code: Int32) -> IOFailure { IOFailure(.open, path: target, code: code) }
      let file: NodeNumber
      if let found = machine.disk.find(name, in: node) {
        if access == .createNew { throw failure(EEXIST) }
        guard machine.disk.files[found] != nil else { throw failure(EISDIR) }
        file = found
      } else {
        guard access == .createNew || access == .createIfMissing else { throw failure(ENOENT) }
        if machine.isFull { throw failure(ENOSPC) }
        file = machine.disk.createFile(name, in: node)
        machine.noteChange()
      }
      return SimulatedFile(
        path: target, node: file, handle: machine.open(file), isWritable: access != .read,
        in: system)
    }
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) {
    let target = try check(name, .rename)
    _ = try check(newName, .rename)
    try system.perform(.init(.rename, target)) { machine, _ throws(IOFailure) in
      func failure(_ code: Int32) -> IOFailure { IOFailure(.rename, path: target, code: code) }
      let disk = machine.disk
      guard let source = disk.find(name, in: node) else { throw failure(ENOENT) }
      if let replaced = disk.find(newName, in: node) {
        if replaced == source { return }
        switch (disk.directories[source] != nil, disk.directories[replaced]?.entries.isEmpty) {
        case (false, .some): throw failure(EISDIR)
        case (true, nil): throw failure(ENOTDIR)
        case (true, false): throw failure(ENOTEMPTY)
        case (true, true), (false, nil): machine.isFull = false
        }
      }
      machine.disk.directories[node]?.make(.rename(to: newName, source))
      machine.noteChange()
    }
  }

  func remove(_ name: String) throws(IOFailure) {
    let target = try check(name, .remove)
    try system.perform(.init(.remove, target)) { machine, _ throws(IOFailure) in
      guard let found = machine.disk.find(name, in: node) else {
        throw IOFailure(.remove, path: target, code: ENOENT)
      }
      guard machine.disk.files[found] != nil else {
        throw IOFailure(.remove, path: target, code: SimulatedDirectory.removingDirectory)
      }
      machine.disk.directories[node]?.make(.unlink(name, found))
      machine.isFull = false
      machine.noteChange()
    }
  }

  func removeDirectory(_ name: String) throws(IOFailure) {
    let target = try check(name, .remove)
    try system.perform(.init(.remove, target)) { machine, _ throws(IOFailure) in
      func failure(_ code: Int32) -> IOFailure { IOFailure(.remove, path: target, code: code) }
      guard let found = machine.disk.find(name, in: node) else { throw failure(ENOENT) }
      guard let directory = machine.disk.directories[found] else { throw failure(ENOTDIR) }
      guard directory.entries.isEmpty else { throw failure(ENOTEMPTY) }
      machine.disk.directories[node]?.make(.unlink(name, found))
      machine.noteChange()
    }
  }

  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    let target = try check(name, .open)
    if creating { try makeDirectory(name) }
    return try system.perform(.init(.open, target)) { machine, _ throws(IOFailure) in
      let child = try machine.disk.child(name, of: node, path: target)
      return SimulatedDirectory(path: target, node: child, in: system)
    }
  }

  /// Creates a subdirectory; whatever already has the name is left as it is.
  func makeDirectory(_ name: String) throws(IOFailure) {
    let target = try check(name, .makeDirectory)
    try system.perform(.init(.makeDirectory, target)) { machine, _ throws(IOFailure) in
      if machine.disk.find(name, in: node) != nil { return }
      if machine.isFull { throw IOFailure(.makeDirectory, path: target, code: ENOSPC) }
      _ = machine.disk.createDirectory(name, in: node)
      machine.noteChange()
    }
  }

  func sync() throws(IOFailure) {
    try system.perform(.init(.syncDirectory, path)) { machine, allowance in
      // A failed sync keeps the names pending: they are in the file system's own journal.
      guard allowance.failedSync == nil, machine.disk.directories[node]?.unsynced.isEmpty == false
      else { return }
      machine.disk.syncDirectory(node, keeping: Set(machine.openFiles.values))
      machine.noteChange()
    }
  }

  func availableByteCount() throws(IOFailure) -> Int64 {
    try system.perform(.init(.space, path)) { machine, _ in machine.availableByteCount }
  }

  /// The path of `name`, when it can be a name at all.
  private func check(_ name: String, _ kind: IOFailure.Operation) throws(IOFailure) -> String {
    let target = path.isEmpty ? name : join(path, name)
    try checkName(name, kind, path: target)
    if name.utf8.count > 255 { throw IOFailure(kind, path: target, code: ENAMETOOLONG) }
    return target
  }

  /// Linux and Darwin disagree on how to say that a directory is no file to be removed.
  private static var removingDirectory: Int32 {
    #if canImport(Darwin)
      EPERM
    #else
      EISDIR
    #endif
  }
}

extension Disk {
  /// The subdirectory named `name`.
  fileprivate func child(
    _ name: String, of directory: NodeNumber, path: String
  ) throws(IOFailure) -> NodeNumber {
    guard let node = find(name, in: directory) else {
      throw IOFailure(.open, path: path, code: ENOENT)
    }
    guard directories[node] != nil else { throw IOFailure(.open, path: path, code: ENOTDIR) }
    return node
  }
}
