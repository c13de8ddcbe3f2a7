/// Reading. Reads see what is acknowledged, wait for nobody, and go on when the storage is poisoned
/// or closed. What is read call by call may have changes of others in between:
/// ``snapshot()`` gives one moment.
extension JournalStateStorage {
  /// The whole state of a source, as of one moment; empty when it has none.
  ///
  /// - Complexity: O(the source's state).
  public func read(_ source: String) throws(StateError) -> SourceState {
    try journal.state(of: source)
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
    try journal.versioned(address)
  }

  /// The names of a source's streams, or of its other keys, in the order of ``StateMap``.
  public func names(
    of source: String, _ scope: StateAddress.Scope
  ) throws(StateError) -> [String] {
    try journal.stateNames(of: source, scope)
  }

  /// The names of all sources that have state, in the order of ``StateMap``.
  ///
  /// - Complexity: O(sources · log objects) and what has changed since the last snapshot: the objects
  ///   of a source are skipped, not read.
  public func sources() throws(StateError) -> [String] { try journal.sourceNames() }
}
