/// The whole state of one data source.
public struct SourceState: Hashable, Sendable {
  /// Each stream's state.
  public var streams: StateMap<StateObject>
  /// The source's other state, by key.
  public var others: StateMap<StateObject>

  /// The state of a source; empty unless given.
  public init(streams: StateMap<StateObject> = [:], others: StateMap<StateObject> = [:]) {
    self.streams = streams
    self.others = others
  }

  /// Whether the source has no state at all, which is how a missing source reads.
  public var isEmpty: Bool { streams.isEmpty && others.isEmpty }

  /// The object at an address of this source; the address's source name is not looked at.
  public subscript(scope: StateAddress.Scope, name: String) -> StateObject? {
    get {
      switch scope {
      case .stream: streams[name]
      case .others: others[name]
      }
    }
    set {
      switch scope {
      case .stream: streams[name] = newValue
      case .others: others[name] = newValue
      }
    }
  }

  /// Checks the source's name, all names inside, and all values.
  ///
  /// - Throws: ``StateError/Reason/invalidName`` or ``StateError/Reason/unsupportedValue``, with the
  ///   address concerned.
  public func validate(as source: String) throws(StateError) {
    try StateAddress.validate(source: source)
    for (scope, objects) in [(StateAddress.Scope.stream, streams), (.others, others)] {
      for (name, object) in objects {
        try StateChange.update(
          StateAddress(source: source, scope: scope, name: name), object
        ).validate()
      }
    }
  }
}

extension SourceState {
  /// Makes a change that is about this source.
  mutating func apply(_ change: StateChange) {
    switch change {
    case .update(let address, let object): self[address.scope, address.name] = object
    case .remove(let address): self[address.scope, address.name] = nil
    case .removeSource: self = SourceState()
    }
  }

  /// What turns `old` into this state: only what differs, so that a whole-source write costs what it
  /// changes.
  ///
  /// - Complexity: O(n) in the number of objects on both sides.
  package func changes(from old: SourceState, of source: String) -> [StateChange] {
    if isEmpty { return old.isEmpty ? [] : [.removeSource(source)] }
    return changes(.stream, from: old.streams, to: streams, of: source)
      + changes(.others, from: old.others, to: others, of: source)
  }

  private func changes(
    _ scope: StateAddress.Scope, from old: StateMap<StateObject>, to new: StateMap<StateObject>,
    of source: String
  ) -> [StateChange] {
    var changes: [StateChange] = []
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
      let order =
        if left == old.count {
          1
        } else if right == new.count {
          -1
        } else {
          String.encodedOrder(old[left].name, new[right].name)
        }
      if order < 0 {
        changes.append(.remove(StateAddress(source: source, scope: scope, name: old[left].name)))
        left += 1
        continue
      }
      let (name, object) = new[right]
      if order > 0 || old[left].value != object {
        changes.append(.update(StateAddress(source: source, scope: scope, name: name), object))
      }
      if order == 0 { left += 1 }
      right += 1
    }
    return changes
  }
}
