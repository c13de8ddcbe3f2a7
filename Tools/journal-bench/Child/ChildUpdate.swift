/// `--op update`: how fast writers are that commit one update at a time.
struct ChildUpdate<Store: BenchStore> {
  private let directory: String
  private let shape: LoadShape
  private let updates: UpdateRun

  init(_ directory: String, _ shape: LoadShape, _ options: BenchOptions) throws {
    self.directory = directory
    self.shape = shape
    var run = UpdateRun(streamCount: shape.streamCount)
    run.writerCount = try options.number("--threads", default: 1, in: 1...100_000)
    run.usesTasks = options.has("--tasks")
    run.seconds = try options.seconds("--secs", default: 2)
    updates = run
  }

  func run() throws {
    let store = try Store(opening: directory, shape: shape)
    try store.fill(streamCount: shape.streamCount)
    let result = try updates.run(on: store)
    let count = Double(result.updateCount)
    try BenchChild.print("ops_per_s", result.updatesPerSecond)
    try BenchChild.print("p50_us", result.latencies.microseconds(atShare: 0.5))
    try BenchChild.print("p99_us", result.latencies.microseconds(atShare: 0.99))
    try BenchChild.print("cpu_us_per_op", result.cpuMicroseconds / count)
    try BenchChild.print("wchar_per_op", result.writeCallByteCount.map { $0 / count })
    try BenchChild.print("wbytes_per_op", result.diskByteCount.map { $0 / count })
    try store.close()
    let reopened = try Store(opening: directory, shape: shape)
    try Verification.check(
      reopened, streamCount: shape.streamCount,
      phases: [[UpdateNumber.filler: shape.streamCount], result.counts])
    try reopened.close()
  }
}
