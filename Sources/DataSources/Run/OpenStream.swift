import StateJournal

/// A stream that is ready to be read: where its state lives, what it was, and over which
/// connection it is read.
struct OpenStream<Data: PayloadData>: Sendable {
  let stream: any DataSourceStream<Data>
  let address: StateAddress
  let connection: SourceConnection<Data>
  /// The source's own part of the state.
  let state: StateObject
  /// The sink's part of the state.
  let position: StateObject?
}

/// A stream's stored object holds the source's state, and the sink's position as one member of it:
/// one object, so that not even a reader of half a transaction could see them apart.
enum StoredState {
  static func split(_ stored: StateObject) -> (state: StateObject, position: StateObject?) {
    var state = stored
    state[ingestionSinkMember] = nil
    guard case .object(let position)? = stored[ingestionSinkMember] else { return (state, nil) }
    return (state, position)
  }

  static func join(_ state: StateObject, _ position: StateObject?) -> StateObject {
    var stored = state
    stored[ingestionSinkMember] = position.map(StateValue.object)
    return stored
  }
}

let ingestionSinkMember = "sink"
