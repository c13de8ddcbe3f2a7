import StateJournal

/// `--op read`: point reads of random streams, from one thread.
struct ChildRead<Store: BenchStore> {
  private let directory: String
  private let shape: LoadShape
  private let seconds: Double
  private let compacts: Bool

  init(_ directory: String, _ shape: LoadShape, _ options: BenchOptions) throws {
    self.directory = directory
    self.shape = shape
    seconds = try options.seconds("--secs", default: 2)
    compacts = options.has("--compact")
  }

  func run() throws {
    let store = try Store(opening: directory, shape: shape)
    try store.fill(streamCount: shape.streamCount)
    if compacts { try store.compact() }
    let found = try ReadRun(streams: 0..<shape.streamCount, seconds: seconds).run(
      on: store, expecting: UpdateNumber.filling)
    try BenchChild.print("ops_per_s", found.perSecond)
    try store.close()
  }
}
