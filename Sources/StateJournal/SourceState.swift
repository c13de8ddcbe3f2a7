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
}
