import StateJournal

/// `--op load`: many updates, one commit each, from one thread; what is on disk afterwards,
/// and whether it is right.
struct ChildLoad<Store: BenchStore> {
  private let directory: String
  private let shape: LoadShape
  private let updateCount: Int
  private let writer: UInt64
  private let compacts: Bool
  private let endsByKill: Bool

  init(_ directory: String, _ shape: LoadShape, _ options: BenchOptions) throws {
    self.directory = directory
    self.shape = shape
    let visitsEachOnce = options.has("--distinct")
    updateCount =
      visitsEachOnce
      ? shape.streamCount
      : try options.number("--updates", default: 1_000_000, in: 1...1_000_000_000)
    writer = visitsEachOnce ? UpdateNumber.visitor : 1
    compacts = options.has("--compact")
    endsByKill = options.has("--kill")
  }

  func run() throws {
    let isNew = StoreDirectory.isEmpty(directory)
    let store = try Store(opening: directory, shape: shape)
    let before = ProcessCounters.now
    let begin = MonotonicClock.now
    var access = store.access()
    for index in 0..<updateCount {
      let number = UpdateNumber(writer: writer, index: UInt64(index))
      try access.update(number.stream(of: shape.streamCount), to: number)
    }
    let seconds = Double(MonotonicClock.now - begin) / 1e9
    let spent = ProcessCounters.now.since(before)
    let last = UpdateNumber(writer: writer, index: UInt64(updateCount - 1))
    let payload = Double(updateCount) * Double(StreamKey.byteCount + shape.valueByteCount)
    try BenchChild.print("load_ops_per_s", Double(updateCount) / seconds)
    try BenchChild.print("before_mb", StoreDirectory.megabytes(directory))
    try BenchChild.print("last_key", String(last.stream(of: shape.streamCount)))
    try BenchChild.print("last_seq", String(last.rawValue))
    try BenchChild.print("wa_wchar", spent.writeCallByteCount.map { $0 / payload })
    try BenchChild.print("wa_wbytes", spent.diskByteCount.map { $0 / payload })
    if compacts {
      let begin = MonotonicClock.now
      try store.compact()
      try BenchChild.print("compact_ms", Double(MonotonicClock.now - begin) / 1e6)
      try BenchChild.print("after_mb", StoreDirectory.megabytes(directory))
    }
    // A store that is to be recovered is left as it is; `recover` checks it.
    if endsByKill { try BenchChild.endByKill() }
    try store.close()
    let reopened = try Store(opening: directory, shape: shape)
    try Verification.check(
      reopened, streamCount: shape.streamCount, phases: [[writer: updateCount]],
      othersWrote: !isNew)
    try reopened.close()
  }
}
