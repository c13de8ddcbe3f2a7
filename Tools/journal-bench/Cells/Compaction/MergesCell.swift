import StateJournal

/// `merges`: what policies of merging write for each byte of update, and how many files they leave
/// for a cold read to ask.
struct MergesCell: BenchCell {
  private let shape: LoadShape
  private let updateCount: Int

  init(_ settings: BenchSettings) throws {
    shape = LoadShape(settings, isSynced: false, streams: 1_000_000)
    updateCount = settings.updateCount(default: 4_000_000)
  }

  /// How many runs may lie on the base, and how many times its size they have when it is rewritten.
  private static let policies = [
    (6, 0.5), (6, 1), (12, 0.5), (12, 1), (16, 1), (16, 1.5), (24, 1), (24, 1.5),
  ]

  func measure(in workplace: Workplace) throws -> [Figure] {
    var figures: [Figure] = []
    for (writer, updates) in [(UInt64(1), "uniform"), (UpdateNumber.skewed, "Zipf")] {
      for (runCount, share) in Self.policies {
        var run = LongRun(shape, updateCount: updateCount)
        run.writer = writer
        run.options.maximumRunCount = runCount
        run.options.rewriteShare = share
        let found = try run.run(in: workplace)
        let name = "\(updates), \(runCount) runs, share \(share)"
        figures += [
          Figure("\(name), written per byte", .ratio, Rounds([found.writtenPerByte])),
          Figure("\(name), system calls per byte", .ratio, Rounds([found.calledPerByte ?? 0])),
          Figure("\(name), files to ask, mean", .count, Rounds([found.fileCounts.mean])),
          Figure("\(name), files to ask, most", .count, Rounds([found.fileCounts.highest])),
          Figure("\(name), cold reads", .perSecond, Rounds([found.readsPerSecond])),
          Figure("\(name), updates", .perSecond, Rounds([found.updatesPerSecond])),
        ]
      }
    }
    return figures
  }
}
