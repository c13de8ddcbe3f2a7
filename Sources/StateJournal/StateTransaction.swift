/// What a transaction reads where it has not itself made a change.
package protocol StateTransactionBase {
  /// The object at an address, or nil when absent.
  func object(at address: StateAddress) throws(StateError) -> StateObject?
  /// The whole state of a source.
  func state(of source: String) throws(StateError) -> SourceState
}

/// Reads and changes that take effect together.
///
/// Reads see the transaction's own changes. Nothing reaches the storage before the closure that was
/// given the transaction returns.
public struct StateTransaction: ~Copyable {
  private struct Overlay {
    /// Whether nothing of the base shows through.
    var isCleared = false
    /// What was done to single objects; nil stands for a removal.
    var objects: [StateAddress: StateObject?] = [:]

    mutating func apply(_ change: StateChange) {
      switch change {
      case .update(let address, let object): objects[address] = .some(object)
      case .remove(let address): objects[address] = .some(nil)
      case .removeSource: self = Overlay(isCleared: true)
      }
    }
  }

  private let base: any StateTransactionBase
  private var overlays: StateMap<Overlay> = [:]

  package init(base: any StateTransactionBase) { self.base = base }

  /// The object at one address; empty when absent.
  public func read(_ address: StateAddress) throws(StateError) -> StateObject {
    try address.validate()
    let overlay = overlays[address.source]
    if let changed = overlay?.objects[address] { return changed ?? [:] }
    if overlay?.isCleared == true { return [:] }
    return try base.object(at: address) ?? [:]
  }

  /// The whole state of a source; empty when it has none.
  public func read(_ source: String) throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    let overlay = overlays[source] ?? Overlay()
    var state = overlay.isCleared ? SourceState() : try base.state(of: source)
    for (address, object) in overlay.objects { state[address.scope, address.name] = object }
    return state
  }

  /// Replaces the whole object at one address.
  public mutating func update(
    _ address: StateAddress, to object: StateObject
  ) throws(StateError) {
    try make(.update(address, object))
  }

  /// Removes the object at one address; removing what is absent is no error.
  public mutating func remove(_ address: StateAddress) throws(StateError) {
    try make(.remove(address))
  }

  /// Removes everything that a source has.
  public mutating func removeSource(_ source: String) throws(StateError) {
    try make(.removeSource(source))
  }

  private mutating func make(_ change: StateChange) throws(StateError) {
    try change.validate()
    overlays[change.source, default: Overlay()].apply(change)
  }

  /// Replaces the whole state of a source.
  public mutating func write(_ state: SourceState, to source: String) throws(StateError) {
    try state.validate(as: source)
    for change in state.changes(from: try read(source), of: source) {
      overlays[source, default: Overlay()].apply(change)
    }
  }

  /// The changes to apply as one batch: at most one for each address.
  package var changes: [StateChange] {
    var changes: [StateChange] = []
    for (source, overlay) in overlays {
      if overlay.isCleared { changes.append(.removeSource(source)) }
      for (address, object) in overlay.objects {
        changes.append(object.map { .update(address, $0) } ?? .remove(address))
      }
    }
    return changes
  }
}
