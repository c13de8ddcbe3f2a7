import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Following a log")
struct LogFollowerTests {
  private let system = SimulatedFileSystem(seed: 1)

  private func filled() throws -> Journal {
    var options = JournalOptions.small()
    options.retainedGenerationCount = 0
    let journal = try system.open(options)
    for number in 0..<20 { try journal.commit([.put("k\(number)", "")]) }
    return journal
  }

  @Test("Nothing behind the limit is told of, however much of it has been read")
  func limit() throws {
    let journal = try filled()
    var follower = LogFollower(try system.openDirectory(storePath, creating: false), after: .zero)
    for limit in journal.lastSequence.rawValue / 2...journal.lastSequence.rawValue {
      while case .record = try follower.next(through: LogSequenceNumber(limit)) {}
      #expect(follower.expected == LogSequenceNumber(limit).next)
    }
  }

  @Test("A listing that missed the snapshot of segments that went meanwhile shows no damage")
  func missedNames() throws {
    let hides = Shared(false)
    let files = InterposedFileSystem(
      system,
      afterListing: { names in
        let isMine = hides.withLock { hides in
          defer { hides = false }
          return hides
        }
        if isMine { names.removeAll { $0.hasSuffix(".snapshot") } }
      }, { _, _ in })
    let journal = try filled()
    var follower = LogFollower(try files.openDirectory(storePath, creating: false), after: .zero)
    guard case .record = try follower.next(through: journal.lastSequence) else {
      Issue.record("no commit")
      return
    }
    for _ in 0..<2 {
      try journal.commit([.put("a", "")])
      try journal.compact(isFull: true)
    }
    hides.withLock { $0 = true }
    var missedCount = 0
    loop: while true {
      switch try follower.next(through: journal.lastSequence) {
      case .record: break
      case .missed: missedCount += 1
      case .upToDate: break loop
      }
    }
    #expect(missedCount == 1)
    #expect(follower.expected == journal.lastSequence.next)
    #expect(hides.withLock { !$0 })
  }

  @Test("P3: a commit that is known to be there and is not is an error, and not a wait")
  func lostHeader() throws {
    let journal = try filled()
    let last = try #require(system.segmentNames.last)
    try system.replace(last) { $0 = [] }
    var follower = LogFollower(
      try system.openDirectory(storePath, creating: false), after: journal.lastSequence.previous)
    #expect(try isUpToDate(&follower, through: nil))
    let error = #expect(throws: JournalError.self) {
      try isUpToDate(&follower, through: journal.lastSequence)
    }
    #expect(error?.reason == .damage(.missingCommits))
    #expect(error?.sequence == journal.lastSequence)
  }

  private func isUpToDate(
    _ follower: inout LogFollower, through limit: LogSequenceNumber?
  ) throws(JournalError) -> Bool {
    if case .upToDate = try follower.next(through: limit) { true } else { false }
  }
}
