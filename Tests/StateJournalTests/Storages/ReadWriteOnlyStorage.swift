import StateJournal
import Synchronization

/// The least that a storage can be; everything else comes from the default implementations.
final class ReadWriteOnlyStorage: StateStorage {
  private let sources = Mutex<StateMap<SourceState>>([:])

  func read(_ source: String) throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    return sources.withLock { $0[source] ?? SourceState() }
  }

  func write(_ state: SourceState, to source: String) throws(StateError) {
    try state.validate(as: source)
    sources.withLock { $0[source] = state.isEmpty ? nil : state }
  }
}
