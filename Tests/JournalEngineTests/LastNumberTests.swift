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
    guard case .upToDate = try follower.next(through: nil) else {
      Issue.record("something came behind it")
      return
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
