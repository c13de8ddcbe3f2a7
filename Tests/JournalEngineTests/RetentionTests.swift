import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("Which files may go")
struct RetentionTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var segments: [UInt64]
    var snapshots: [ClosedRange<UInt64>]
    var current: [ClosedRange<UInt64>]
    var damaged: [ClosedRange<UInt64>] = []
    var generations = 1
    var removable: [String]
  }

  private static func segment(_ first: UInt64) -> String {
    FileName.segment(first: LogSequenceNumber(first)).text
  }

  private static func range(_ range: ClosedRange<UInt64>) -> SnapshotRange {
    SnapshotRange(
      after: LogSequenceNumber(range.lowerBound), through: LogSequenceNumber(range.upperBound))
  }

  static let rows: [Row] = [
    Row(
      testDescription: "Without snapshots nothing goes", segments: [1, 5, 9], snapshots: [],
      current: [], removable: []),
    Row(
      testDescription: "One snapshot keeps what it was made of", segments: [1, 5, 9],
      snapshots: [0...8], current: [0...8], removable: []),
    Row(
      testDescription: "With no generation to keep, it goes at once, but never the last segment",
      segments: [1, 5, 9], snapshots: [0...8], current: [0...8], generations: 0,
      removable: [segment(1), segment(5)]),
    Row(
      testDescription: "The second snapshot lets go what the first was made of",
      segments: [1, 5, 9, 12], snapshots: [0...8, 0...11], current: [0...11],
      removable: [segment(1), segment(5)]),
    Row(
      testDescription: "The third lets the first snapshot go", segments: [9, 12, 15],
      snapshots: [0...8, 0...11, 0...14], current: [0...14],
      removable: [snapshotName(through: 8), segment(9)]),
    Row(
      testDescription: "Two generations keep one more", segments: [1, 9, 12, 15],
      snapshots: [0...8, 0...11, 0...14], current: [0...14], generations: 2,
      removable: [segment(1)]),
    Row(
      testDescription: "A run keeps what it was made of, and lets nothing of the base go",
      segments: [1, 5, 9], snapshots: [0...4, 4...8], current: [0...4, 4...8], removable: []),
    Row(
      testDescription: "A merged base keeps base and run as its previous generation",
      segments: [5, 9], snapshots: [0...4, 4...8, 0...8], current: [0...8],
      removable: [segment(5)]),
    Row(
      testDescription: "A snapshot that is damaged covers nothing", segments: [1, 5, 9, 12],
      snapshots: [0...8, 0...11], current: [0...11], damaged: [0...8], removable: []),
    Row(
      testDescription: "A segment of which the chain covers a part stays", segments: [1, 5, 9],
      snapshots: [0...7], current: [0...7], generations: 0, removable: [segment(1)]),
    Row(
      testDescription: "A snapshot that reaches further than the chain is not superseded by it",
      segments: [1, 5, 9], snapshots: [0...4, 0...8], current: [0...4], generations: 0,
      removable: [segment(1)]),
  ]

  @Test("A superseded file goes when enough sound snapshots cover it", arguments: rows)
  func removable(row: Row) {
    var listing = DirectoryListing()
    listing.segments = row.segments.map { LogSequenceNumber($0) }
    listing.snapshots = row.snapshots.map(Self.range)
    let sound = Set(listing.snapshots).subtracting(row.damaged.map(Self.range))
    let names = Retention.removable(
      listing, current: row.current.map(Self.range), sound: sound,
      generationCount: row.generations)
    #expect(names.map(\.text) == row.removable)
  }

  @Test("A commit whose log has gone into snapshots is out of reach, and nothing is damaged")
  func sweptCommit() throws {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    options.retainedGenerationCount = 0
    let journal = try system.open(options)
    try journal.commit([.put("a", "1")])
    try journal.commit([.put("b", "2")])
    // Ends in the middle of the segment, which therefore stays when the later ones go.
    _ = try LiveCompaction.compact(storePath, in: system, retainedGenerationCount: 2)
    for number in 0..<4 { try journal.commit([.put("c\(number)", "3")]) }
    try journal.compact()
    try journal.commit([.put("d", "4")])
    let swept = try #require(
      (1...journal.lastSequence.rawValue).first { sequence in
        (try? JournalReader(storePath, in: system, at: LogSequenceNumber(sequence))) == nil
      })
    #expect {
      try JournalReader(storePath, in: system, at: LogSequenceNumber(swept))
    } throws: { error in
      (error as? JournalError)?.reason == .unreachable
    }
    #expect(try system.verify().findings.isEmpty)
  }

  @Test(
    "For so many bytes of history each file's size is asked once, and as much stays as has room")
  func historyOfBytes() {
    var listing = DirectoryListing()
    listing.segments = (0..<40).map { LogSequenceNumber(UInt64($0 * 10 + 1)) }
    listing.snapshots = (1..<20).flatMap { number -> [SnapshotRange] in
      let end = UInt64(number) * 20
      return number % 3 == 1
        ? [Self.range(0...end)] : [Self.range(0...end), Self.range((end - 20)...end)]
    }
    let reach = ReachBack(listing, sound: Set(listing.snapshots))
    let removable = Set(
      listing.segments.dropLast(3).map { FileName.segment(first: $0) }
        + listing.snapshots.dropLast(2).map(FileName.snapshot))
    func size(_ name: FileName) -> Int64 { Int64(name.text.utf8.reduce(0) { $0 + Int($1) } % 97) }
    for limit in stride(from: Int64(0), through: 4_000, by: 311) {
      var expected: Set<FileName> = []
      for first in listing.segments.reversed() {
        let files = reach.files(from: first)
        if files.intersection(removable).reduce(0, { $0 + size($1) }) > limit { break }
        expected = files
      }
      var asked: [FileName] = []
      let kept = reach.files(
        of: .bytes(limit), removable: removable, now: 0, createdAt: { _ in nil },
        byteCount: { name in
          asked.append(name)
          return size(name)
        })
      #expect(kept == expected, "\(limit) bytes")
      #expect(Set(asked).count == asked.count, "\(limit) bytes")
    }
  }

  @Test("A compaction opens no file more often because there are many", arguments: [20, 80])
  func openCount(rounds: Int) throws {
    let system = SimulatedFileSystem(seed: 1)
    let opens = Shared<[String: Int]>([:])
    let files = InterposedFileSystem(system) { operation, path in
      if operation == .open { opens.withLock { $0[path, default: 0] += 1 } }
    }
    var options = JournalOptions.small(200)
    options.retainedHistory = .bytes(1 << 40)
    options.retainedGenerationCount = .max
    let journal = try Journal.open(storePath, in: files, options: options)
    for number in 0..<rounds {
      for key in ["a", "b"] { try journal.commit([.put(key, "\(number)")]) }
      if number % 4 == 3 { try journal.compact(isFull: true) }
    }
    try journal.close()
    // Now most of it may go, but for the history.
    options.retainedGenerationCount = 1
    let next = try Journal.open(storePath, in: files, options: options)
    try next.commit([.put("c", "1")])
    opens.withLock { $0 = [:] }
    try next.compact(isFull: true)
    #expect(system.segmentNames.count > rounds / 2)
    let most = opens.withLock { $0.filter { $0.key.contains("0") }.values.max() ?? 0 }
    #expect(most <= 4)
    try next.close()
  }

  @Test(
    "Runs among the log that leads to a commit stay with it: they may stand in for log that has gone"
  )
  func runsAmongLog() {
    var listing = DirectoryListing()
    listing.segments = [1, 51, 81].map { LogSequenceNumber($0) }
    listing.snapshots = [0...50, 60...80, 80...120].map(Self.range)
    let reach = ReachBack(listing, sound: Set(listing.snapshots))
    #expect(
      reach.files(for: LogSequenceNumber(100))
        == [
          .snapshot(Self.range(0...50)), .snapshot(Self.range(60...80)),
          .segment(first: LogSequenceNumber(51)), .segment(first: LogSequenceNumber(81)),
        ])
    #expect(reach.files(for: LogSequenceNumber(50)) == [.snapshot(Self.range(0...50))])
  }
}
