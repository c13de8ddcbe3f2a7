import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("The last number that a commit could have")
struct LastNumberTests {
  private static let last = UInt64.max

  /// A store whose snapshot reaches up to the last commit but one.
  private static func disk(_ segment: SegmentBuilder) throws -> SimulatedFileSystem {
    var encoder = SnapshotEncoder(
      header: SnapshotHeader(
        identity: SegmentBuilder.store, from: .zero, to: LogSequenceNumber(last - 1), salt: 1,
        createdAt: 0, historyBefore: .empty, historyThrough: .empty),
      removedPrefixes: RemovedPrefixes())
    encoder.append(
      key: [1].span, value: [2].span, isRemoval: false, sequence: LogSequenceNumber(1))
    _ = encoder.finish()
    return try .store([
      snapshotName(through: last - 1): encoder.output, segment.name: segment.bytes,
    ])
  }

  @Test("A commit with it is damage to recovery and to a verification, whatever follows it")
  func record() throws {
    var segment = SegmentBuilder(first: Self.last)
    segment.append([.put("a", "1")], durableThrough: Self.last)
    for sequence in 0..<3 {
      segment.append([.put("b", "2")], durableThrough: Self.last, sequence: UInt64(sequence))
    }
    let disk = try Self.disk(segment)
    let error = #expect(throws: JournalError.self) { try disk.readState() }
    #expect(error?.reason == .damage(.malformedEntry))
    let verification = try StoreVerifier.verify(disk.openDirectory(storePath, creating: false))
    #expect(!verification.isStateIntact)
    #expect(verification.findings.map(\.kind).contains(.damage(.malformedEntry)))
  }

  @Test("A store that could go on with it opens")
  func empty() throws {
    let state = try Self.disk(SegmentBuilder(first: Self.last)).readState()
    #expect(state.report.lastSequence == LogSequenceNumber(Self.last - 1))
  }

  /// A store whose last commit leaves so many numbers, and its state.
  private static func store(leaving count: UInt64) throws -> (SimulatedFileSystem, StoreState) {
    let through = last - 1 - count
    let segment = SegmentBuilder(first: through + 1)
    var encoder = SnapshotEncoder(
      header: SnapshotHeader(
        identity: SegmentBuilder.store, from: .zero, to: LogSequenceNumber(through), salt: 1,
        createdAt: 0, historyBefore: .empty, historyThrough: .empty),
      removedPrefixes: RemovedPrefixes())
    encoder.append(
      key: Array("old".utf8).span, value: Array("v".utf8).span, isRemoval: false,
      sequence: LogSequenceNumber(1))
    _ = encoder.finish()
    let system = try SimulatedFileSystem.store([
      snapshotName(through: through): encoder.output, segment.name: segment.bytes,
    ])
    return (system, ["old": "v"])
  }

  /// The first commit of a session takes two numbers, since another one says who it is.
  @Test(
    "A writer that has come to it refuses to commit, and everything else goes on",
    arguments: 0...6 as ClosedRange<UInt64>, [true, false])
  func writer(left: UInt64, isMapped: Bool) throws {
    var (system, expected) = try Self.store(leaving: left)
    var options = JournalOptions.small()
    if isMapped {
      options.durability = .buffered(interval: .seconds(36_000))
      options.preallocationByteCount = 16 << 10
    }
    let journal = try system.open(options)
    for number in 0..<max(left, 1) - 1 {
      try journal.commit([.put("k\(number)", "v")])
      expected["k\(number)"] = "v"
    }
    for _ in 0..<3 {
      let error = #expect(throws: JournalError.self) { try journal.commit([.put("more", "v")]) }
      #expect(error?.reason == .refused)
      #expect(error?.sequence == journal.lastSequence)
    }
    let refusal = #expect(throws: JournalError.self) {
      _ = try journal.transact(wrapping: \.self) { transaction throws(JournalError) in
        transaction.put(key: [1].span, value: [2].span)
      }
    }
    #expect(refusal?.reason == .refused)
    #expect(journal.failure == nil)
    #expect(try journal.state() == expected)
    try journal.sync()
    if left > 1 { #expect(try journal.compact() != nil) }
    try journal.close()
    #expect(try system.verify().isStateIntact)
    let again = try system.open(options)
    #expect(try again.state() == expected)
    if left != 1 {
      #expect(throws: JournalError.self) { try again.commit([.put("more", "v")]) }
    }
    try again.close()
    #expect(try system.readState().state == expected)
  }

  @Test("Who follows a log hears that all up to it has gone, and then nothing")
  func follower() throws {
    var segment = SegmentBuilder()
    segment.appendPuts(3)
    let system = try SimulatedFileSystem.store([segment.name: segment.bytes])
    let store = try system.openDirectory(storePath, creating: false)
    var follower = LogFollower(store, after: .zero)
    var count = 0
    while case .record = try follower.next(through: nil) { count += 1 }
    #expect(count == 3)
    try store.remove(segment.name)
    try system.replaceContents(
      of: storePath + "/" + snapshotName(through: Self.last), with: [1, 2, 3])
    guard case .missed(let missed) = try follower.next(through: nil) else {
      Issue.record("nothing was missed")
      return
    }
    #expect(missed == LogSequenceNumber(4)...LogSequenceNumber(Self.last))
    // Every number of what is there lies before it, and none is known to be behind it.
    try system.replaceContents(of: storePath + "/" + segment.name, with: segment.bytes)
    for limit in [nil, LogSequenceNumber(3)] {
      guard case .upToDate = try follower.next(through: limit) else {
        Issue.record("something came behind it")
        return
      }
    }
  }

  @Test("A table is asked for no more than it holds")
  func tableLimits() {
    let longest = (ChangeTable.longestKeyByteCount, ChangeTable.longestValueByteCount)
    #expect(ChangeTable.holds(longest.0, valueByteCount: longest.1))
    #expect(!ChangeTable.holds(longest.0 + 1, valueByteCount: 0))
    #expect(!ChangeTable.holds(0, valueByteCount: longest.1 + 1))
  }
}
