import StateJournal

/// The opened state of the job.
struct OpenState: Sendable {
  let storage: any StateStorage
  /// Lets go of it, once everything is committed.
  let close: @Sendable () async throws(StateError) -> Void
}

/// Opens the state in a directory, creating it when it is missing, and recovering it when the last
/// run was killed.
///
/// This is the one place that knows which storage the job uses.
func openState(
  _ directory: String, _ durability: JournalOptions.Durability
) async throws(StateError) -> OpenState {
  do throws(JournalError) {
    var options = JournalOptions()
    options.durability = durability
    let storage = try await JournalStateStorage.open(directory, options: options)
    return OpenState(storage: storage) { () async throws(StateError) in
      do throws(JournalError) {
        try await storage.close()
      } catch {
        throw StateError(error)
      }
    }
  } catch {
    throw StateError(.storage, "cannot open the state: \(error)", underlying: error)
  }
}
