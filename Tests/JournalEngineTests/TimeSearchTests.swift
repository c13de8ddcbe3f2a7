import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

@Suite("Which commit was the last at a time")
struct TimeSearchTests {
  private static let start: Int64 = 1_700_000_000_000_000_000
  private static let step: Int64 = 10_000_000_000

  /// The time of a commit, ten seconds after the one before.
  private static func time(ofCommit number: Int64) -> Int64 { start + number * step }

  /// A store whose commits stand ten seconds apart, and whose snapshots are begun a second after their
  /// last commit. The first commit introduces the session and is written with the second one.
  private static func store(
    commits count: Int, compactingAfter compactions: Set<Int> = [], clock: [Int: Int64] = [:]
  ) throws -> SimulatedFileSystem {
    let now = Shared(time(ofCommit: 1))
    var options = JournalOptions.small()
    options.retainedGenerationCount = 0
    options.clock = { now.withLock { $0 } }
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(options)
    for number in 2...count {
      now.withLock { $0 = clock[number] ?? time(ofCommit: Int64(number)) }
      try journal.commit([.put("k\(number % 5)", String(repeating: "v", count: 60))])
      if compactions.contains(number) {
        now.withLock { $0 += 1_000_000_000 }
        try journal.compact(isFull: true)
      }
    }
    now.withLock { $0 = time(ofCommit: Int64(count + 1)) }
    try journal.close()
    return system
  }

  private func last(_ time: Int64, in system: SimulatedFileSystem) throws -> LogSequenceNumber {
    try TimeSearch.lastCommit(atOrBefore: time, in: system.store)
  }

  @Test("At its time and until the next one a commit is the last; before the first it is none")
  func everyCommit() throws {
    let system = try Self.store(commits: 40)
    #expect(system.storeNames.filter { $0.hasSuffix(".journal") }.count > 5)
    #expect(try last(Self.time(ofCommit: 2) - 1, in: system) == .zero)
    for number in 2...Int64(40) {
      let time = Self.time(ofCommit: number)
      for later in [0, 1, Self.step - 1] {
        #expect(try last(time + later, in: system).rawValue == UInt64(number), "\(number)")
      }
    }
    // The close is a commit too.
    #expect(try last(.max, in: system) == LogSequenceNumber(41))
  }

  @Test("When a clock was set back, the last one counts that was made in time")
  func clockSetBack() throws {
    let system = try Self.store(
      commits: 20, clock: [15: Self.time(ofCommit: 5), 16: Self.time(ofCommit: 6)])
    #expect(try last(Self.time(ofCommit: 5), in: system) == LogSequenceNumber(15))
    #expect(try last(Self.time(ofCommit: 9), in: system) == LogSequenceNumber(16))
    #expect(try last(Self.time(ofCommit: 17), in: system) == LogSequenceNumber(17))
  }

  @Test("What has left the log is out of reach, but for the end of a snapshot")
  func compacted() throws {
    let system = try Self.store(commits: 40, compactingAfter: [30])
    let (_, _, summary) = try system.walk()
    let reach = try #require(summary.first)
    #expect(reach > .zero)
    #expect {
      try last(Self.time(ofCommit: 7), in: system)
    } throws: { error in
      guard let error = error as? JournalError else { return false }
      return error.reason == .unreachable && error.description.contains("commit \(reach)")
    }
    #expect(try last(Self.time(ofCommit: 35), in: system) == LogSequenceNumber(35))
    // The snapshot was begun a second after commit 30.
    if reach == LogSequenceNumber(31) {
      #expect(try last(Self.time(ofCommit: 30) + Self.step - 1, in: system).rawValue == 30)
    }
  }

  @Test("Damage where the answer may lie is an error, damage elsewhere is none")
  func damaged() throws {
    var system = try Self.store(commits: 40)
    let (records, _, _) = try system.walk()
    let record = try #require(records.first { $0.sequence == LogSequenceNumber(20) })
    var files: [String: [UInt8]] = [:]
    for name in system.storeNames { files[name] = try system.bytes(name) }
    files[record.file]?[Int(record.offset) + record.byteCount - 1] ^= 1
    system = try .store(files)
    #expect(try last(Self.time(ofCommit: 25), in: system) == LogSequenceNumber(25))
    #expect(try last(Self.time(ofCommit: 21), in: system) == LogSequenceNumber(21))
    for number in [Int64(19), 20] {
      #expect {
        try last(Self.time(ofCommit: number), in: system)
      } throws: { error in
        guard let error = error as? JournalError, case .damage = error.reason else { return false }
        return true
      }
    }
  }
}
