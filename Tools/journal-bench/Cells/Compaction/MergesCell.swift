import StateJournal

/// `merges`: what policies of merging write for each byte of update onto a base of all streams, and how
/// many files they leave for a cold read to ask.
struct MergesCell: BenchCell {
  /// How many runs may lie on the base, and how many times its size they have when it is rewritten.
  private struct Policy {
    var runCount: Int
    var share: Double
  }

  private static let few = [
    Policy(runCount: 12, share: 1), Policy(runCount: 20, share: 1),
    Policy(runCount: 24, share: 1), Policy(runCount: 24, share: 1.5),
  ]
  private static let many =
    [
      Policy(runCount: 6, share: 1), Policy(runCount: 12, share: 0.5),
      Policy(runCount: 16, share: 1.5), Policy(runCount: 24, share: 2),
      Policy(runCount: 32, share: 2),
    ] + few

  private let settings: BenchSettings
  private let streamCounts: [Int]

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    streamCounts = settings.streamCounts(default: [1_000_000, 10_000_000])
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    let limit = try SequentialWrite(in: workplace)
    var figures: [Figure] = []
    for streamCount in streamCounts {
      for (writer, updates) in [(UInt64(1), "uniform"), (UpdateNumber.skewed, "Zipf")] {
        for policy in streamCount > 1_000_000 ? Self.few : Self.many {
          let name =
            "\(TextTable.grouped(Double(streamCount))) streams, \(updates), "
            + "\(policy.runCount) runs, share \(policy.share)"
          figures += try measure(
            policy, name, run(of: writer, over: streamCount),
            liveByteCount: Double(streamCount * (StreamKey.byteCount + settings.valueByteCount)),
            beside: limit, in: workplace)
        }
      }
    }
    try limit.finish()
    return figures
  }

  private func run(of writer: UInt64, over streamCount: Int) -> LongRun {
    var shape = LoadShape(settings, isSynced: false)
    shape.streamCount = streamCount
    // Twice as many as there are streams rewrite the base at least once.
    let updateCount = settings.updateCount(default: max(2 * streamCount, 10_000_000))
    var run = LongRun(shape, updateCount: updateCount)
    run.writer = writer
    run.hasBase = true
    return run
  }

  private func measure(
    _ policy: Policy, _ name: String, _ run: LongRun, liveByteCount: Double,
    beside limit: SequentialWrite, in workplace: Workplace
  ) throws -> [Figure] {
    var run = run
    run.options.maximumRunCount = policy.runCount
    run.options.rewriteShare = policy.share
    let before = try limit.run(round: 0, seconds: 0.2).perSecond / 1e6
    let found = try run.run(in: workplace)
    let after = try limit.run(round: 1, seconds: 0.2).perSecond / 1e6
    var speed = Figure(
      "\(name), written", .megabytesPerSecond, Rounds([found.writtenMegabytesPerSecond]))
    speed.compare(to: "sequential write + sync", Rounds([(before + after) / 2]))
    return [
      Figure("\(name), written per byte", .ratio, Rounds([found.writtenPerByte])),
      Figure("\(name), system calls per byte", .ratio, Rounds([found.calledPerByte ?? 0])),
      Figure("\(name), files to ask, mean", .count, Rounds([found.fileCounts.mean])),
      Figure("\(name), files to ask, most", .count, Rounds([found.fileCounts.highest])),
      Figure(
        "\(name), most of the directory per live byte", .ratio,
        Rounds([Double(found.directoryByteCount) / liveByteCount])),
      Figure("\(name), cold reads", .perSecond, Rounds([found.readsPerSecond])),
      Figure("\(name), updates", .perSecond, Rounds([found.updatesPerSecond])),
      speed,
    ]
  }
}
