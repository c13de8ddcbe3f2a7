import FileIO

/// Looking back at every moment at which a machine could have stopped, without running its history
/// once more for each.
extension SimulatedFileSystem {
  /// One moment at which the machine could have stopped.
  struct Moment {
    /// How many operations had been asked for and done.
    var operationCount: Int
    /// "operation 17: write state/a.journal, 512 bytes at 4096".
    var place: String
    var disk: Disk
  }

  /// Keeps the disk at each operation from now on.
  func keepStops() { machine.withLock { $0.stops = [] } }

  /// The moments since ``keepStops()`` at which stopping leaves something new behind, in order, up to
  /// now: before an operation that follows a change, and in the middle of a write.
  ///
  /// - Parameters:
  ///   - promises: the numbers of operations behind which the program promised something, so that
  ///     the same disk must be looked at once more.
  ///   - tearCount: how many parts of each write are tried.
  func moments(
    promises: Set<Int> = [], tearCount: Int, using generator: inout SeededGenerator
  ) -> [Moment] {
    let (stops, operations, last) = machine.withLock { ($0.stops ?? [], $0.operations, $0.disk) }
    var moments: [Moment] = []
    for stop in stops {
      let operation = operations[stop.operation - 1]
      let done = stop.operation - 1
      if moments.isEmpty || operations[done - 1].changedDisk || promises.contains(done) {
        moments.append(
          Moment(operationCount: done, place: "operation \(operation)", disk: stop.disk))
      }
      guard let write = stop.write else { continue }
      for byteCount in Self.tears(of: write.bytes.count, tearCount, using: &generator) {
        var disk = stop.disk
        disk.files[write.node]?.write(Array(write.bytes[..<byteCount]), at: write.offset)
        moments.append(
          Moment(
            operationCount: done, place: "operation \(operation), torn after \(byteCount)",
            disk: disk))
      }
    }
    moments.append(Moment(operationCount: operations.count, place: "the end", disk: last))
    return moments
  }

  /// Where a write of `byteCount` bytes is torn: anywhere, then early, then late.
  private static func tears(
    of byteCount: Int, _ count: Int, using generator: inout SeededGenerator
  ) -> [Int] {
    guard byteCount > 1 else { return [] }
    let candidates = [
      Int.random(in: 1..<byteCount, using: &generator),
      Int.random(in: 1...min(byteCount - 1, 40), using: &generator), byteCount - 1,
    ]
    return Set(candidates.prefix(count)).sorted()
  }

  /// A fresh machine with a disk of this one's past, as the next process finds it, or as it is
  /// found when the power is lost there.
  func restarted(
    at moment: Moment, _ pattern: LossPattern?, seed: UInt64
  ) -> SimulatedFileSystem {
    let capacity = machine.withLock { $0.capacity }
    let disk = pattern.map(moment.disk.afterPowerLoss) ?? moment.disk
    return SimulatedFileSystem(Machine(disk: disk, seed: seed, capacity: capacity))
  }

  /// A number that is the same for two machines whose disks no program and no later power loss can
  /// tell apart, but for the content of what is at these paths; see ``Disk/fingerprint(ignoring:)``.
  package func fingerprint(ignoring paths: [String]) -> Int {
    let disk = machine.withLock { $0.disk }
    return disk.fingerprint(ignoring: disk.nodes(at: paths))
  }

  func isAtRest(ignoring paths: [String]) -> Bool {
    let disk = machine.withLock { $0.disk }
    return disk.isAtRest(ignoring: disk.nodes(at: paths))
  }
}

extension Disk {
  fileprivate func nodes(at paths: [String]) -> Set<NodeNumber> {
    var nodes: Set<NodeNumber> = []
    for path in paths {
      if let node = try? node(at: path) { addTree(node, to: &nodes) }
    }
    return nodes
  }

  /// Adds a file, or a directory with all that is in it.
  private func addTree(_ node: NodeNumber, to nodes: inout Set<NodeNumber>) {
    nodes.insert(node)
    guard let directory = directories[node] else { return }
    for child in directory.entries.values { addTree(child, to: &nodes) }
  }
}
