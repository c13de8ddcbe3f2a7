public import JournalEngine

extension StateError {
  /// A journal's error as the cause of this one; see `JournalError.reason` for what to do.
  public init(_ error: JournalError) {
    self.init(
      error.reason == .tooLarge ? .tooLarge : .storage, error.description, underlying: error)
  }

  /// The journal's own error, when that is the cause.
  public var journalError: JournalError? { underlying as? JournalError }
}
