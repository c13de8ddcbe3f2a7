extension Disk {
  /// A number that is the same for two disks on which everything, unsynced changes included, is the
  /// same: no program and no later power loss can tell them apart.
  ///
  /// Sixty-four bits, other ones in each process: good for skipping what was looked at already.
  ///
  /// - Parameter ignored: files and directories whose content does not count.
  func fingerprint(ignoring ignored: Set<NodeNumber>) -> Int {
    // A sum of one number for each of them, which is the same in whatever order they come.
    var sum = 0
    for (node, directory) in directories where !ignored.contains(node) {
      var hasher = Hasher()
      hasher.combine(node)
      directory.combine(into: &hasher)
      sum &+= hasher.finalize()
    }
    for (node, file) in files where !ignored.contains(node) {
      var hasher = Hasher()
      hasher.combine(node)
      file.combine(into: &hasher)
      sum &+= hasher.finalize()
    }
    return sum
  }

  /// Whether a power loss would change nothing that counts.
  func isAtRest(ignoring ignored: Set<NodeNumber>) -> Bool {
    files.allSatisfy { $0.value.unsynced.isEmpty || ignored.contains($0.key) }
      && directories.allSatisfy { $0.value.unsynced.isEmpty || ignored.contains($0.key) }
  }
}

extension DirectoryImage {
  fileprivate func combine(into hasher: inout Hasher) {
    hasher.combine(entries)
    hasher.combine(unsynced.count)
    if unsynced.isEmpty { return }
    hasher.combine(durable)
    for change in unsynced {
      switch change {
      case .link(let name, let node):
        hasher.combine(0)
        hasher.combine(name)
        hasher.combine(node)
      case .rename(let name, let node):
        hasher.combine(1)
        hasher.combine(name)
        hasher.combine(node)
      case .unlink(let name, let node):
        hasher.combine(2)
        hasher.combine(name)
        hasher.combine(node)
      }
    }
  }
}

extension FileImage {
  fileprivate func combine(into hasher: inout Hasher) {
    hasher.combine(bytes: content)
    hasher.combine(unsynced.count)
    if unsynced.isEmpty { return }
    hasher.combine(bytes: durable)
    for change in unsynced {
      switch change {
      case .write(let offset, let bytes):
        hasher.combine(offset)
        hasher.combine(bytes: bytes)
      case .resize(let byteCount):
        hasher.combine(-1)
        hasher.combine(byteCount)
      }
    }
  }
}

extension Hasher {
  /// All bytes at once; one by one they would cost more than everything else that is done with them.
  fileprivate mutating func combine(bytes: [UInt8]) {
    combine(bytes.count)
    unsafe bytes.withUnsafeBytes { unsafe combine(bytes: $0) }
  }
}
