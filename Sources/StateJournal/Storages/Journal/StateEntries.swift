package import JournalEngine
import JournalFormat

/// Gathers the state of one source from the journal's entries.
struct StateEntries {
  private let source: String
  private let prefix: [UInt8]
  private var streams: [(String, StateObject)] = []
  private var others: [(String, StateObject)] = []
  private var failure: StateError?

  private init(of source: String) {
    self.source = source
    prefix = StateKeyCoding.sourcePrefix(source)
  }

  /// The whole state of a source. `walk` is to show all entries of one moment that have the prefix,
  /// in order, until it is told to stop: one walk over both scopes, because two could have a
  /// transaction between them.
  static func state(
    of source: String,
    _ walk: ([UInt8], (Entry) -> Bool) throws(JournalError) -> Void
  ) throws(StateError) -> SourceState {
    var entries = StateEntries(of: source)
    do {
      try walk(entries.prefix) { entries.add($0) }
    } catch {
      throw StateError(error)
    }
    if let failure = entries.failure { throw failure }
    return SourceState(streams: StateMap(entries.streams), others: StateMap(entries.others))
  }

  /// Adds an entry; false when there is nothing more to come.
  private mutating func add(_ entry: Entry) -> Bool {
    let key = entry.key.span
    // What follows the scopes belongs to sources whose names go on with a zero byte.
    guard prefix.count < key.count, let scope = StateAddress.Scope(rawValue: key[prefix.count])
    else { return false }
    do throws(StateError) {
      let name = try StateKeyCoding.checkedName(of: key, from: prefix.count + 1)
      let address = StateAddress(source: source, scope: scope, name: name)
      let object = try StateObject(stored: entry.value.span, at: address)
      switch scope {
      case .stream: streams.append((name, object))
      case .others: others.append((name, object))
      }
      return true
    } catch {
      failure = error
      return false
    }
  }
}

extension StateKeyCoding {
  /// The name at the end of a key, for callers of the storage.
  static func checkedName(of key: Span<UInt8>, from offset: Int) throws(StateError) -> String {
    do {
      return try name(of: key, from: offset)
    } catch {
      throw StateError(error)
    }
  }
}

/// What transactions on state read.
extension TransactionState: StateTransactionBase {
  package func state(of source: String) throws(StateError) -> SourceState {
    try StateEntries.state(of: source) { (prefix, body) throws(JournalError) in
      try forEach(prefix: prefix, body)
    }
  }

  /// The object at an address with its version.
  package func versioned(_ address: StateAddress) throws(StateError) -> VersionedState? {
    try VersionedState.read(address) { (key) throws(JournalError) in try get(key) }
  }
}

extension VersionedState {
  /// What `get` finds under the key of an address, which has been checked: the version of an object
  /// is the log sequence number of its last change.
  static func read(
    _ address: StateAddress,
    _ get: (Span<UInt8>) throws(JournalError) -> (value: [UInt8], sequence: LogSequenceNumber)?
  ) throws(StateError) -> VersionedState? {
    let found: (value: [UInt8], sequence: LogSequenceNumber)?
    do {
      found = try get(StateKeyCoding.key(of: address).span)
    } catch {
      throw StateError(error)
    }
    guard let found else { return nil }
    return VersionedState(
      object: try StateObject(stored: found.value.span, at: address),
      version: StateVersion(found.sequence))
  }
}

extension StateVersion {
  /// The version that a commit gives to what it changes.
  init(_ sequence: LogSequenceNumber) { self.init(number: sequence.rawValue) }
}
