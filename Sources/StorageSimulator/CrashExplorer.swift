/// The walk behind ``CrashExploration``: disks are the nodes, stopped recoveries lead from one to the
/// next, and each node is visited once.
struct CrashExplorer<Promise, Found: Hashable> {
  typealias Exploration = CrashExploration<Promise, Found>

  /// What is known of one disk.
  private final class Node {
    let found: Found
    /// How many stopped recoveries in a row have been tried from here.
    var depth = -1
    /// Whether a power loss behind the recovery has been tried.
    var isKnownDurable = false
    /// What was found when the power was lost during the recovery of a disk that was not at rest:
    /// not necessarily ``found``, but something that keeps the promise.
    var afterLoss: [(place: String, found: Found)] = []

    init(_ found: Found) { self.found = found }
  }

  private let exploration: Exploration
  private(set) var report = CrashReport()
  private var generator: SeededGenerator
  private var nodes: [Int: Node] = [:]
  private var continued: Set<Int> = []

  init(_ exploration: Exploration) {
    self.exploration = exploration
    generator = SeededGenerator(seed: exploration.seed)
  }

  mutating func run(from start: SimulatedFileSystem) {
    let machine = start.afterProcessKill()
    machine.keepStops()
    exploration.onProgress?("the history itself")
    var timeline = [(operationCount: 0, promise: exploration.initialPromise)]
    do {
      try exploration.history(machine) { timeline.append((machine.operationCount, $0)) }
    } catch {
      report.add("without any crash", "\(error)")
    }
    report.operationCount = machine.operationCount
    let moments = machine.moments(
      promises: Set(timeline.map(\.operationCount)), tearCount: exploration.tearCount,
      using: &generator)
    var latest = 0
    for moment in moments {
      while latest + 1 < timeline.count,
        timeline[latest + 1].operationCount <= moment.operationCount
      {
        latest += 1
      }
      report.stopCount += 1
      stop(machine, at: moment, timeline[latest].promise)
    }
  }

  /// Looks at everything that stopping at one moment of the history can leave behind.
  private mutating func stop(
    _ machine: SimulatedFileSystem, at moment: SimulatedFileSystem.Moment, _ promise: Promise
  ) {
    let patterns =
      LossPattern.fixed
      + (0..<exploration.randomLossCount).map { _ in LossPattern.random(seed: generator.next()) }
    for pattern in patterns + [nil] {
      report.outcomeCount += 1
      let disk = machine.restarted(at: moment, pattern, seed: generator.next())
      let place = "\(moment.place), \(pattern.map(\.description) ?? "killed")"
      guard let node = explore(disk, depth: exploration.recoveryDepth, place) else { continue }
      hold(node.found, to: promise, pattern == nil ? .killed : .powerLost, place)
      for outcome in node.afterLoss { hold(outcome.found, to: promise, .powerLost, outcome.place) }
    }
  }

  private mutating func hold(
    _ found: Found, to promise: Promise, _ ending: Exploration.Ending, _ place: String
  ) {
    if exploration.permits(found, promise, ending) { return }
    report.add(place, "found \(found), which breaks \(promise)")
  }

  /// Recovers a disk, unless that was done before, and stops recoveries on the way.
  private mutating func explore(
    _ disk: SimulatedFileSystem, depth: Int, inARow number: Int = 1, checksDurability: Bool = true,
    _ place: String
  ) -> Node? {
    let key = fingerprint(disk)
    if let node = nodes[key], node.depth >= depth, node.isKnownDurable || !checksDurability {
      return node
    }
    exploration.onProgress?(place)
    let machine = disk.afterProcessKill()
    machine.keepStops()
    let node: Node
    do {
      let found = try exploration.recover(machine)
      node = nodes[key] ?? Node(found)
    } catch {
      report.add(place, "\(error)")
      return nil
    }
    if nodes[key] == nil {
      nodes[key] = node
      report.recoveredDiskCount += 1
      if number == 1 { goOn(from: node, on: disk, leaving: machine, place) }
    }
    if checksDurability, !node.isKnownDurable {
      node.isKnownDurable = true
      checkDurability(of: node, on: machine, place)
    }
    let isDeep = depth < 2 || nodes.count % max(exploration.deepStride, 1) == 0
    let reach = isDeep ? depth : 1
    if reach > max(node.depth, 0) {
      interrupt(node, on: machine, wasAtRest: isAtRest(disk), depth: reach, number, place)
    }
    node.depth = max(node.depth, depth)
    return node
  }

  /// What recovery has shown, somebody may have acted upon: no later power loss may take it.
  private mutating func checkDurability(
    of node: Node, on machine: SimulatedFileSystem, _ place: String
  ) {
    let place = "\(place), recovered, then all unsynced lost"
    let later = machine.afterPowerLoss(.allLost)
    // Once, and not for ever: a recovery may leave another disk behind each time.
    guard let again = explore(later, depth: 0, inARow: 2, checksDurability: false, place) else {
      return
    }
    if again.found != node.found {
      report.add(place, "found \(again.found) after \(node.found)")
    }
  }

  /// Stops the recovery that `machine` has gone through at each of its operations.
  private mutating func interrupt(
    _ node: Node, on machine: SimulatedFileSystem, wasAtRest: Bool, depth: Int, _ number: Int,
    _ place: String
  ) {
    for moment in machine.moments(tearCount: 1, using: &generator) {
      let endings: [LossPattern?] = [nil, .allLost, .random(seed: generator.next())]
      for pattern in endings {
        report.countStoppedRecovery(inARow: number)
        let disk = machine.restarted(at: moment, pattern, seed: generator.next())
        let place =
          "\(place); recovery stopped at \(moment.place), "
          + (pattern.map(\.description) ?? "killed")
        guard let next = explore(disk, depth: depth - 1, inARow: number + 1, place) else {
          continue
        }
        var outcomes = next.afterLoss
        if wasAtRest || pattern == nil {
          expect(next.found, node.found, place)
        } else {
          outcomes.append((place, next.found))
        }
        if wasAtRest {
          for outcome in outcomes { expect(outcome.found, node.found, outcome.place) }
        } else {
          node.afterLoss += outcomes
        }
      }
    }
  }

  private mutating func expect(_ found: Found, _ expected: Found, _ place: String) {
    if found == expected { return }
    report.add(place, "found \(found), and \(expected) when recovery is not stopped")
  }

  /// Writes on from a disk, stops at the end and at one operation before it, and recovers again.
  private mutating func goOn(
    from node: Node, on disk: SimulatedFileSystem, leaving recovered: SimulatedFileSystem,
    _ place: String
  ) {
    guard let goOn = exploration.goOn,
      continued.insert(fingerprint(recovered.afterPowerLoss(.allLost))).inserted
    else { return }
    let machine = disk.afterProcessKill()
    machine.keepStops()
    var timeline: [(operationCount: Int, promise: Promise)] = []
    do {
      try goOn(machine, node.found) { timeline.append((machine.operationCount, $0)) }
    } catch {
      report.add("\(place), going on", "\(error)")
    }
    guard let first = timeline.first?.operationCount else { return }
    let moments = machine.moments(
      promises: Set(timeline.map(\.operationCount)), tearCount: 1, using: &generator
    ).filter { $0.operationCount >= first }
    // One moment each time, another one on each disk: together, all of them on many.
    for moment in [moments[continued.count % moments.count], moments[moments.count - 1]] {
      let promise = timeline.last { $0.operationCount <= moment.operationCount }?.promise
      for pattern in [LossPattern.allLost, .random(seed: generator.next()), nil] {
        report.continuationCount += 1
        let later = machine.restarted(at: moment, pattern, seed: generator.next())
        let place =
          "\(place), going on to \(moment.place), \(pattern.map(\.description) ?? "killed")"
        guard let promise, let next = recoverOnce(later, place) else { continue }
        hold(next, to: promise, pattern == nil ? .killed : .powerLost, place)
      }
    }
  }

  private func fingerprint(_ disk: SimulatedFileSystem) -> Int {
    disk.fingerprint(ignoring: exploration.unimportantPaths)
  }

  private func isAtRest(_ disk: SimulatedFileSystem) -> Bool {
    disk.isAtRest(ignoring: exploration.unimportantPaths)
  }

  private mutating func recoverOnce(_ disk: SimulatedFileSystem, _ place: String) -> Found? {
    let key = fingerprint(disk)
    if let node = nodes[key] { return node.found }
    exploration.onProgress?(place)
    report.recoveredDiskCount += 1
    do {
      let found = try exploration.recover(disk)
      return found
    } catch {
      report.add(place, "\(error)")
      return nil
    }
  }
}
