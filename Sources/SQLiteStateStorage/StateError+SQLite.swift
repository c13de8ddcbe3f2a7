@_exported public import SQLiteConnection
public import StateJournal

extension SQLiteError {
  /// The error for the caller of a storage.
  var stateError: StateError { StateError(self) }
}

extension StateError {
  /// An error of SQLite as the cause of this one.
  init(_ error: SQLiteError) {
    self.init(
      error.isTooLarge ? .tooLarge : .storage, error.description, underlying: error)
  }

  /// SQLite's own error, when that is the cause.
  public var sqliteError: SQLiteError? { underlying as? SQLiteError }
}
