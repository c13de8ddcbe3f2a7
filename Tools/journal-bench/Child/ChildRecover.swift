import StateJournal

/// `--op recover`: how long it takes from opening to the first right answer, and how much memory.
struct ChildRecover<Store: BenchStore> {
  private let directory: String
  private let shape: LoadShape
  private let stream: Int
  private let expected: UpdateNumber
  private let endsByKill: Bool

  init(_ directory: String, _ shape: LoadShape, _ options: BenchOptions) throws {
    self.directory = directory
    self.shape = shape
    stream = try options.number("--key", default: 0, in: 0...99_999_999)
    guard let text = options.text("--seq"), let number = UInt64(text) else {
      throw BenchFailure("--seq is missing or no number", kind: .usage)
    }
    expected = UpdateNumber(rawValue: number)
    endsByKill = options.has("--kill")
  }

  func run() throws {
    let begin = MonotonicClock.now
    let store = try Store(opening: directory, shape: shape)
    let opened = MonotonicClock.now
    var access = store.access()
    let found = try access.number(of: stream)
    let read = MonotonicClock.now
    guard found == expected else {
      throw BenchFailure(
        "stream \(stream) carries \(found.map { String($0.rawValue) } ?? "nothing") instead of "
          + "\(expected.rawValue)")
    }
    try BenchChild.print("t_read_ns", String(read))
    try BenchChild.print("open_ms", Double(opened - begin) / 1e6)
    try BenchChild.print("rss_mb", ProcessCounters.peakResidentMebibytes)
    // So that the next one finds what this one found.
    if endsByKill { try BenchChild.endByKill() }
    try store.close()
  }
}
