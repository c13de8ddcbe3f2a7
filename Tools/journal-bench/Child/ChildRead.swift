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
    var access = store.access()
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var position = UpdateNumber(writer: 1, index: 0)
    var now = begin
    repeat {
      // Looking at the clock takes as long as some reads do.
      for _ in 0..<64 {
        let stream = position.stream(of: shape.streamCount)
        let expected = UpdateNumber(writer: UpdateNumber.filler, index: UInt64(stream))
        guard try access.number(of: stream) == expected else {
          throw BenchFailure("stream \(stream) does not hold what it was filled with")
        }
        position.index += 1
      }
      now = MonotonicClock.now
    } while now < deadline
    try BenchChild.print("ops_per_s", Double(position.index) * 1e9 / Double(now - begin))
    try store.close()
  }
}
