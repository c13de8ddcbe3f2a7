import JournalEngine

/// What a key and its value mean.
public enum StoredContent: Sendable, Equatable {
  /// State: an object at its address.
  case object(StateAddress, StateObject)
  /// A named savepoint, which is no state.
  case label(JournalLabel)
  /// Bytes that no address and no object have: written by other software than this package's
  /// storage.
  case foreign(key: [UInt8], value: [UInt8])

  package init(key: Span<UInt8>, value: Span<UInt8>) {
    if let address = try? StateKeyCoding.address(of: key),
      let object = try? StateObject(cbor: value)
    {
      self = .object(address, object)
    } else if let label = JournalLabel(key: key, value: value) {
      self = .label(label)
    } else {
      self = .foreign(key: [UInt8](copying: key), value: [UInt8](copying: value))
    }
  }

  /// Whether it is state that is selected.
  func belongs(to selection: StateSelection) -> Bool {
    guard case .object(let address, _) = self else { return false }
    return selection.contains(address)
  }
}

/// One object of the state.
public struct InspectedEntry: Sendable, Equatable {
  /// What it is.
  public var content: StoredContent
  /// The commit that put it.
  public var version: StateVersion

  init(_ content: StoredContent, version: StateVersion) {
    self.content = content
    self.version = version
  }
}
