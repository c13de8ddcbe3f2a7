/// `compact`: how fast it is, what it writes over a long run, and what a writer beside it notices.
struct CompactCell: BenchCell {
  private let settings: BenchSettings
  private let shape: LoadShape

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    shape = LoadShape(settings, streams: 1_000_000)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    try MergeSpeed(shape, roundCount: settings.roundCount(default: 3)).measure(in: workplace)
      + LongRun(shape, updateCount: settings.updateCount(default: 4_000_000))
      .measure(in: workplace)
      + WriterBeside(
        shape, roundCount: settings.roundCount(default: 5),
        seconds: settings.seconds(default: 1)
      ).measure(in: workplace)
  }
}
