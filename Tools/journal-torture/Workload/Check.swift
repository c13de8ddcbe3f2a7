import StateJournal

/// Recovers a store and lists what it holds.
enum Check {
  static func run(_ directory: String) throws(TortureFailure) {
    let store = try TortureStore(directory, options: JournalOptions())
    try Listing.write(try store.entries())
    try store.close()
  }
}
