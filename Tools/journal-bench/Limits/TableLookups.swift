import StateJournal

/// Reads of random keys from the plain store's hash table in memory.
final class TableLookups: Contender {
  private let workplace: Workplace
  private let directory: String
  private let store: ReferenceStore
  private let streamCount: Int

  init(streamCount: Int, _ shape: LoadShape, in workplace: Workplace) throws {
    var shape = shape
    shape.isSynced = false
    self.workplace = workplace
    self.streamCount = streamCount
    directory = try workplace.newDirectory()
    // What is written now is in the table when the store is opened the next time.
    try ReferenceStore(opening: directory, shape: shape).fill(streamCount: streamCount)
    store = try ReferenceStore(opening: directory, shape: shape)
  }

  func run(round: Int, seconds: Double) throws -> Sample {
    try ReadRun(streams: 0..<streamCount, seconds: seconds).run(
      on: store, expecting: UpdateNumber.filling)
  }

  func finish() throws { try workplace.remove(directory) }
}
