import StateJournal

/// One object as the model has it.
struct ModelObject: Equatable, Sendable {
  var object: StateObject
  /// The commit that put it; nil where the model cannot know it.
  var version: StateVersion?

  /// Whether a storage that shows `other` is right.
  func matches(_ other: ModelObject) -> Bool {
    object == other.object && (version == nil || version == other.version)
  }
}

/// Everything that a storage holds.
typealias ModelContent = [StateAddress: ModelObject]

extension ModelContent {
  func matches(_ found: ModelContent) -> Bool {
    count == found.count
      && allSatisfy { address, object in found[address].map(object.matches) ?? false }
  }

  /// Makes changes, in order, as one commit of a number that may not be known.
  mutating func make(_ changes: [StateChange], at version: StateVersion?) {
    for change in changes {
      switch change {
      case .update(let address, let object):
        self[address] = ModelObject(object: object, version: version)
      case .remove(let address): self[address] = nil
      case .removeSource(let source):
        for address in keys where Array(address.source.utf8) == Array(source.utf8) {
          self[address] = nil
        }
      }
    }
  }

  func state(of source: String) -> SourceState {
    var state = SourceState()
    for (address, object) in self where Array(address.source.utf8) == Array(source.utf8) {
      state[address.scope, address.name] = object.object
    }
    return state
  }
}

/// The commits that a storage was asked for, and what it promised about them.
struct ModelHistory: Sendable {
  struct Commit: Sendable {
    /// Its log sequence number, where it is known.
    var sequence: UInt64?
    /// The state after it.
    var content: ModelContent
  }

  /// How many commits are kept for looking back.
  private static let keptCount = 40

  /// Oldest first. The last ones may be of unknown outcome: begun and not acknowledged.
  private(set) var commits = [Commit(sequence: 0, content: [:])]
  /// The last one that was acknowledged: what reads show.
  private(set) var acknowledged = 0
  /// The last one that power loss cannot take.
  private(set) var durable = 0

  var content: ModelContent { commits[acknowledged].content }

  /// Whether a commit was begun whose outcome only recovery tells.
  var hasUnknown: Bool { acknowledged < commits.count - 1 }

  mutating func acknowledge(_ content: ModelContent, sequence: UInt64) {
    commits.append(Commit(sequence: sequence, content: content))
    acknowledged = commits.count - 1
    if commits.count > 2 * Self.keptCount, durable > Self.keptCount {
      commits.removeFirst(Self.keptCount)
      acknowledged -= Self.keptCount
      durable -= Self.keptCount
    }
  }

  mutating func addUnknown(_ content: ModelContent) {
    commits.append(Commit(sequence: nil, content: content))
  }

  mutating func becomeDurable() { durable = acknowledged }

  /// The last commit, from `floor` on, whose state is `found`; nil when there is none. Where several
  /// have the same state, the log's last number tells how far it reaches.
  func position(of found: ModelContent, from floor: Int, upTo last: UInt64 = .max) -> Int? {
    (floor..<commits.count).last {
      commits[$0].content.matches(found) && commits[$0].sequence ?? 0 <= last
    }
  }

  /// Goes on from what recovery has found behind a commit.
  mutating func restart(from position: Int, _ found: ModelContent) {
    commits.removeLast(commits.count - 1 - position)
    commits[position].content = found
    // A commit whose number was never told cannot be asked for by it either.
    acknowledged = position
    durable = position
  }
}
