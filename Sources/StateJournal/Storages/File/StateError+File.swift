import FileIO
import JournalEngine

extension StateError {
  /// A failed file operation as the cause, with what to do about it.
  package init(_ failure: IOFailure) {
    self.init(.storage, "\(failure); \(failure.advice)", underlying: failure)
  }

  /// What a file holds cannot be read as state.
  ///
  /// - Parameter error: says what is wrong with the content.
  package init(unreadable path: String, _ error: StateError) {
    self.init(
      .undecodable,
      "\(path): \(error.message); restore the file from a backup, or move it away to begin anew",
      path: error.path, underlying: error.underlying ?? error)
  }
}
