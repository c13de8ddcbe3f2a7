public import JournalFormat

/// What a part of the state is, and then each time that it has changed, the newest.
///
/// Those who are slow skip what is no longer the newest; nothing is kept for them. Each iteration is
/// independent of the others. It ends, with the last value delivered, when the storage is closed, and
/// when its task is cancelled; it fails when the state cannot be read, and when the storage
/// acknowledges nothing more after a failed sync.
public struct StateValues<Element: Sendable>: AsyncSequence, Sendable {
  public typealias Failure = StateError
  /// Reads the value, unless it is the one that the mark of the last reading stands for.
  typealias Reading = @Sendable (inout Mark?) throws(StateError) -> Element?

  /// What tells one value from the next.
  enum Mark: Equatable, Sendable {
    case version(StateVersion)
    case source(SourceState)
  }

  let storage: JournalStateStorage
  let reading: Reading

  public func makeAsyncIterator() -> Iterator { Iterator(storage: storage, reading: reading) }

  /// One watcher, and what it has seen last.
  public struct Iterator: AsyncIteratorProtocol {
    let storage: JournalStateStorage
    let reading: Reading
    private var mark: Mark?
    private var isOver = false

    init(storage: JournalStateStorage, reading: @escaping Reading) {
      self.storage = storage
      self.reading = reading
    }

    /// The value, as soon as it is another than the last one; nil when there will be none, or the
    /// task was cancelled.
    public mutating func next() async throws(StateError) -> Element? {
      try await next(isolation: nil)
    }

    /// The value, as soon as it is another than the last one; nil when there will be none, or the
    /// task was cancelled.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(StateError) -> Element? {
      while !isOver, !Task.isCancelled {
        // In this order: what was committed before the end, or the failure, is there to be read.
        let hasEnded = storage.signal.hasEnded
        let failure = storage.journal.failure
        let seen = storage.lastSequence
        do throws(StateError) {
          if let value = try reading(&mark) { return value }
          if let failure { throw StateError(failure) }
        } catch {
          isOver = true
          throw error
        }
        if hasEnded {
          isOver = true
        } else {
          await storage.signal.wait { [storage] in
            storage.lastSequence > seen || storage.journal.failure != nil
          }
        }
      }
      return nil
    }
  }
}

extension JournalStateStorage {
  /// The object at an address with its version, and then each time that it is changed or removed;
  /// ``VersionedState/absent`` when it is not there.
  ///
  /// ```swift
  /// for try await cursor in storage.values(of: .stream("2024", of: "orders")) {
  ///   print(cursor.object["last_id"] ?? "nothing yet")
  /// }
  /// ```
  ///
  /// - Complexity: a look-up when something has been committed, whatever it was.
  public func values(of address: StateAddress) -> StateValues<VersionedState> {
    StateValues(storage: self) { [self] (mark) throws(StateError) in
      try newest(of: address, unless: &mark)
    }
  }

  /// The state of a source, and then each time that it has become another.
  ///
  /// - Complexity: O(the source's state) when something has been committed, whatever it was.
  public func values(ofSource source: String) -> StateValues<SourceState> {
    StateValues(storage: self) { [self] (mark) throws(StateError) in
      let state = try read(source)
      if mark == .source(state) { return nil }
      mark = .source(state)
      return state
    }
  }

  /// The object at an address, unless it has the version that a mark stands for.
  func newest<Element>(
    of address: StateAddress, unless mark: inout StateValues<Element>.Mark?
  ) throws(StateError) -> VersionedState? {
    let found = try readVersioned(address)
    if mark == .version(found.version) { return nil }
    mark = .version(found.version)
    return found
  }
}

extension JournalDataSourceState {
  /// The state of a stream with its version, and then each time that it is changed or removed; see
  /// ``JournalStateStorage/values(of:)-(StateAddress)``.
  public func values(ofStream name: String) -> StateValues<VersionedState> {
    storage.values(of: .stream(name, of: source))
  }

  /// The other state under a key with its version, and then each time that it is changed or removed.
  public func values(ofOthers key: String) -> StateValues<VersionedState> {
    storage.values(of: .others(key, of: source))
  }

  /// The whole state of the source, and then each time that it has become another.
  public func values() -> StateValues<SourceState> { storage.values(ofSource: source) }

  /// The commits that concern the source; see ``JournalStateStorage/changes(since:of:)``.
  public func changes(since sequence: LogSequenceNumber?) -> StateChanges {
    storage.changes(since: sequence, of: .source(source))
  }
}
