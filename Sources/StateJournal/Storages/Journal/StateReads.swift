import JournalEngine
import JournalFormat

/// Where state is read from: what is acknowledged by now, or one moment.
protocol StateReads {
  /// The value of a key and the commit that put it; `nil` when absent.
  func get(
    _ key: Span<UInt8>
  ) throws(JournalError) -> (value: [UInt8], sequence: LogSequenceNumber)?

  /// Calls `body` with each entry whose key has `prefix`, in key order, from one moment's state, until
  /// it returns false.
  func forEach(prefix: [UInt8]?, _ body: (Entry) -> Bool) throws(JournalError)

  /// Goes from one entry to the first at or behind the key that `body` returned, until it returns
  /// `nil`.
  func skip(_ body: (Entry) -> [UInt8]?) throws(JournalError)
}

extension Journal: StateReads {}

/// Reading, wherever from.
extension StateReads {
  /// The whole state of a source; empty when it has none.
  func state(of source: String) throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    return try StateEntries.state(of: source) { (prefix, body) throws(JournalError) in
      try forEach(prefix: prefix, body)
    }
  }

  /// The object at an address with its version.
  func versioned(_ address: StateAddress) throws(StateError) -> VersionedState {
    try address.validate()
    let found = try VersionedState.read(address) { (key) throws(JournalError) in try get(key) }
    return found ?? .absent
  }

  /// The names of a source's streams, or of its other keys.
  func stateNames(
    of source: String, _ scope: StateAddress.Scope
  ) throws(StateError) -> [String] {
    try StateAddress.validate(source: source)
    let prefix = StateKeyCoding.prefix(of: source, scope)
    return try stateNames { (add) throws(JournalError) in
      try forEach(prefix: prefix) { entry in
        add { () throws(StateKeyCoding.Malformed) in
          try StateKeyCoding.name(of: entry.key.span, from: prefix.count)
        } != nil
      }
    }
  }

  /// The names of all sources that have state.
  func sourceNames() throws(StateError) -> [String] {
    try stateNames { (add) throws(JournalError) in
      try skip { entry in
        if StateKeyCoding.isReserved(entry.key.span) { return StateKeyCoding.behindReserved }
        return add { () throws(StateKeyCoding.Malformed) in
          try StateKeyCoding.address(of: entry.key.span).source
        }.map(StateKeyCoding.successor(ofSource:))
      }
    }
  }

  /// Gathers the names that `walk` finds. It hands each one's decoding over and gets the name back,
  /// or nil when it is to stop.
  private func stateNames(
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
