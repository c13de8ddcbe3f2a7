import StateJournal
import ToolSupport

/// `open`: from the start of a process to its first right answer, after a kill and after a clean end.
struct OpenCell: BenchCell {
  /// Peers take minutes to load more.
  private static let mostStreamsOfPeers = 1_000_000

  private let settings: BenchSettings
  private let streamCounts: [Int]
  private let updateCount: Int
  private let roundCount: Int

  init(_ settings: BenchSettings) throws {
    self.settings = settings
    streamCounts = settings.streamCounts(default: [10_000, 1_000_000, 10_000_000])
    updateCount = settings.updateCount(default: 1_000_000)
    roundCount = settings.roundCount(default: 9)
  }

  func measure(in workplace: Workplace) throws -> [Figure] {
    try streamCounts.flatMap { count in
      var figures = try afterKill(count, in: workplace) + longestTail(count, in: workplace)
      if count <= Self.mostStreamsOfPeers { figures += try wholeLog(count, in: workplace) }
      return try figures + snapshot(count, in: workplace)
    }
  }

  private func shape(_ streamCount: Int, compactsByItself: Bool) -> LoadShape {
    var shape = LoadShape(settings)
    shape.streamCount = streamCount
    shape.compactsByItself = compactsByItself
    return shape
  }

  private func name(_ streamCount: Int) -> String {
    "\(TextTable.grouped(Double(streamCount))) streams"
  }

  private func note(_ text: String) {
    StandardStream.note("open, \(text)", by: "journal-bench")
  }

  private var visitAll: [String: String] { ["--distinct": "1"] }
  private var updateThenKill: [String: String] { ["--updates": "\(updateCount)", "--kill": "1"] }

  /// With defaults: all streams once, many updates, a kill.
  private func afterKill(_ count: Int, in workplace: Workplace) throws -> [Figure] {
    let name = "\(name(count)), kill, defaults"
    note("loading \(name)")
    let shape = shape(count, compactsByItself: true)
    let ours = try OpeningCase(
      "subject", shape, loads: [visitAll], eachTime: [updateThenKill], in: workplace)
    let sqlite =
      SQLiteStore.version == nil || count > Self.mostStreamsOfPeers
      ? nil
      : try OpeningCase("sqlite", shape, loads: [visitAll, updateThenKill], in: workplace)
    var least = Rounds()
    for _ in 0..<roundCount {
      try ours.open()
      try sqlite?.open()
      if let path = Sibling.path("one-line") {
        least.add(try ProgramRun(path, []).milliseconds)
      }
    }
    try ours.verify([[UpdateNumber.visitor: count], [1: updateCount]])
    try ours.remove()
    try sqlite?.remove()
    var start = Figure(
      "\(name), start to read", .milliseconds, ours.startToRead, goal: .atMost(25, target: 6))
    start.compare(to: "a program of one line", least.count == 0 ? nil : least)
    start.compare(to: "SQLite, defaults", sqlite?.startToRead)
    return [
      start, Figure("\(name), opening", .milliseconds, ours.opening),
      Figure("\(name), resident", .mebibytes, ours.resident),
      Figure("\(name), MB on disk", .count, ours.megabytes),
    ]
  }

  /// As long a log as the defaults allow on a snapshot of all streams: one half that a compaction has made
  /// durable and has not brought into a snapshot, and one that the kill has left in the page cache.
  private func longestTail(_ count: Int, in workplace: Workplace) throws -> [Figure] {
    let name = "\(name(count)), kill, longest log"
    note("loading \(name)")
    let shape = shape(count, compactsByItself: true)
    let bound = JournalOptions().compactionByteCount ?? 0
    // Somewhat less, for what is in the log beside updates.
    let halfCount = max((bound - bound / 128) / 2 / shape.recordByteCount, 1)
    let half = ["--updates": "\(halfCount)", "--nocp": "1"]
    let ours = try OpeningCase(
      "subject", shape, loads: [visitAll.merging(["--compact": "1"]) { $1 }],
      eachTime: [half, half.merging(["--kill": "1"]) { $1 }], in: workplace)
    var least = Rounds()
    for _ in 0..<roundCount {
      try ours.open()
      if let path = Sibling.path("one-line") {
        least.add(try ProgramRun(path, []).milliseconds)
      }
    }
    try ours.verify([[UpdateNumber.visitor: count], [1: halfCount]])
    try ours.remove()
    var start = Figure(
      "\(name), start to read", .milliseconds, ours.startToRead, goal: .atMost(25, target: 6))
    start.compare(to: "a program of one line", least.count == 0 ? nil : least)
    return [
      start, Figure("\(name), opening", .milliseconds, ours.opening),
      Figure("\(name), resident", .mebibytes, ours.resident),
    ]
  }

  /// Without compaction: all updates are in the log.
  private func wholeLog(_ count: Int, in workplace: Workplace) throws -> [Figure] {
    let name = "\(name(count)), kill, \(TextTable.grouped(Double(updateCount))) updates in the log"
    note("loading \(name)")
    let shape = shape(count, compactsByItself: false)
    let ours = try OpeningCase(
      "subject", shape, loads: [], eachTime: [updateThenKill], in: workplace)
    let reference = try OpeningCase("reference", shape, loads: [updateThenKill], in: workplace)
    let sqlite =
      SQLiteStore.version == nil
      ? nil : try OpeningCase("sqlite", shape, loads: [updateThenKill], in: workplace)
    for _ in 0..<roundCount {
      try ours.open()
      try reference.open()
      try sqlite?.open()
    }
    try ours.verify([[1: updateCount]])
    for found in [ours, reference, sqlite] { try found?.remove() }
    var start = Figure("\(name), start to read", .milliseconds, ours.startToRead)
    start.compare(to: "C reference", reference.startToRead, goal: .atMost(1.3, target: 6))
    start.compare(
      to: "SQLite, whole log", sqlite?.startToRead, goal: .atMost(0.2, target: 6))
    let speed = ours.megabytes.ratios(to: ours.opening.scaled(by: 1e-3))
    return [
      start, Figure("\(name), resident", .mebibytes, ours.resident),
      Figure("\(name), replay", .megabytesPerSecond, speed),
    ]
  }

  /// Everything in one snapshot.
  private func snapshot(_ count: Int, in workplace: Workplace) throws -> [Figure] {
    let name = "\(name(count)), a snapshot, no tail"
    note("loading \(name)")
    // Compacting on the way keeps the loading process small.
    let shape = shape(count, compactsByItself: true)
    let ours = try OpeningCase(
      "subject", shape, loads: [visitAll.merging(["--compact": "1"]) { $1 }], in: workplace)
    for _ in 0..<roundCount { try ours.open() }
    try ours.verify([[UpdateNumber.visitor: count]])
    try ours.remove()
    let isHeldTo = count >= 1_000_000
    return [
      Figure(
        "\(name), opening", .milliseconds, ours.opening,
        goal: isHeldTo ? .atMost(5, target: 7) : nil),
      Figure("\(name), start to read", .milliseconds, ours.startToRead),
      Figure(
        "\(name), resident", .mebibytes, ours.resident,
        goal: isHeldTo ? .atMost(32, target: 7) : nil),
    ]
  }
}
