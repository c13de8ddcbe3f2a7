import JournalEngine
import JournalFormat

/// Reading. Reads see what is acknowledged, wait for nobody, and go on when the storage is poisoned
/// or closed.
extension JournalStateStorage {
  /// The whole state of a source, as of one moment; empty when it has none.
  ///
  /// - Complexity: O(the source's state).
  public func read(_ source: String) throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    return try StateEntries.state(of: source) { (prefix, body) throws(JournalError) in
      try journal.forEach(prefix: prefix, body)
    }
  }

  /// The object at one address; empty when absent.
  ///
  /// - Complexity: a look-up in memory for recent objects; otherwise one read of a block, unless it
  ///   is cached.
  public func read(_ address: StateAddress) throws(StateError) -> StateObject {
    try readVersioned(address).object
  }

  /// The object at an address with its version; ``StateVersion/absent`` when it is not there.
  ///
  /// The version is the log sequence number of the object's last change.
  public func readVersioned(_ address: StateAddress) throws(StateError) -> VersionedState {
    try address.validate()
    let found = try VersionedState.read(address) { (key) throws(JournalError) in
      try journal.get(key)
    }
    return found ?? .absent
  }

  /// The names of a source's streams, or of its other keys, in the order of ``StateMap``.
  public func names(
    of source: String, _ scope: StateAddress.Scope
  ) throws(StateError) -> [String] {
    try StateAddress.validate(source: source)
    let prefix = StateKeyCoding.prefix(of: source, scope)
    return try names { (add) throws(JournalError) in
      try journal.forEach(prefix: prefix) { entry in
        add { () throws(StateKeyCoding.Malformed) in
          try StateKeyCoding.name(of: entry.key.span, from: prefix.count)
        } != nil
      }
    }
  }

  /// The names of all sources that have state, in the order of ``StateMap``.
  ///
  /// - Complexity: O(sources · log objects) and what has changed since the last snapshot: the objects
  ///   of a source are skipped, not read.
  public func sources() throws(StateError) -> [String] {
    try names { (add) throws(JournalError) in
      try journal.skip { entry in
        if StateKeyCoding.isReserved(entry.key.span) { return StateKeyCoding.behindReserved }
        return add { () throws(StateKeyCoding.Malformed) in
          try StateKeyCoding.address(of: entry.key.span).source
        }.map(StateKeyCoding.successor(ofSource:))
      }
    }
  }

  /// Gathers the names that `walk` finds. It hands each one's decoding over and gets the name back,
  /// or nil when it is to stop.
  private func names(
    _ walk: (_ add: (() throws(StateKeyCoding.Malformed) -> String) -> String?)
      throws(JournalError) -> Void
  ) throws(StateError) -> [String] {
    var names: [String] = []
    var malformed: StateKeyCoding.Malformed?
    do {
      try walk { decode in
        do throws(StateKeyCoding.Malformed) {
          let name = try decode()
          names.append(name)
          return name
        } catch {
          malformed = error
          return nil
        }
      }
    } catch {
      throw StateError(error)
    }
    if let malformed { throw StateError(malformed) }
    return names.sorted { String.encodedOrder($0, $1) < 0 }
  }
}
