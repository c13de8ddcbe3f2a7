import FileIO
import JournalFormat
import StorageSimulator
import Testing
import ToolSupport

@testable import JournalEngine

@Suite("Sizes and numbers that hostile files claim")
struct HostileSizesTests {
  /// A disk of segments with headers alone, with the sizes that they claim.
  static func headers(
    _ segments: [(first: UInt64, byteCount: Int64?)]
  ) throws -> InterposedFileSystem {
    var files: [String: [UInt8]] = [:]
    var ends: [String: SparseEnd] = [:]
    var previousSalt: UInt64 = 0
    for (index, segment) in segments.enumerated() {
      let salt = UInt64(index + 1)
      let builder = SegmentBuilder(first: segment.first, salt: salt, previousSalt: previousSalt)
      files[builder.name] = builder.bytes
      ends[builder.name] = segment.byteCount.map { SparseEnd(byteCount: $0) }
      previousSalt = salt
    }
    return InterposedFileSystem(try SimulatedFileSystem.store(files), sparse: ends) { _, _ in }
  }

  @Test("Commits that segments claim to hold are counted as far as there are numbers")
  func commitCount() throws {
    let disk = try Self.headers([(1, nil), (1 << 63 + 1, nil), (.max - 1, nil)])
    let log = try #require(
      try LogLoader.load(
        disk.openDirectory(storePath, creating: false), for: .reader, reading: .lastSegment))
    #expect(log.report.replayedCommitCount == .max)
  }

  @Test("A search has a budget, however large the file", arguments: [1 << 61, 1 << 62, Int64.max])
  func searchBudget(byteCount: Int64) {
    #expect(!RecordSearch(budgetFor: byteCount).isExhausted)
    #expect(RecordSearch.budget(for: byteCount) == .max)
  }

  @Test(
    "The sizes of files are added up as far as there are numbers",
    arguments: [Int64(1 << 62 + 5), .max])
  func sums(byteCount: Int64) throws {
    let disk = try Self.headers([(1, byteCount), (2, byteCount)])
    let store = try disk.openDirectory(storePath, creating: false)
    #expect(try DirectoryListing.read(store).logByteCount(in: store) == .max)
    #expect(throws: JournalError.self) {
      try LogLoader.load(store, for: .reader, onProgress: { _ in })
    }
    let status = try StatusReader.read(store)
    #expect(status.liveByteCount == .max)
    let verification = try StoreVerifier.verify(store)
    #expect(verification.byteCount == .max)
    _ = try? TimeSearch.lastCommit(atOrBefore: 0, in: store, onProgress: { _ in })
  }

  @Test("P9: a chain of snapshots takes what their names take, however many join")
  func chainMemory() async {
    await #expect(processExitsWith: .success) {
      var listing = DirectoryListing()
      listing.snapshots = (0..<20_000).map {
        SnapshotRange(after: LogSequenceNumber($0), through: LogSequenceNumber($0 + 1))
      }
      let before = ProcessMemory.peakByteCount
      let chain = listing.chain(limit: nil)
      let extra = ProcessMemory.peakByteCount - before
      precondition(chain == listing.snapshots && extra < 64 << 20, "\(extra) bytes more")
    }
  }

  @Test("What a snapshot may take is as much as there are numbers for")
  func estimate() {
    #expect(SnapshotEstimate.limit(of: .max) == .max)
    for count in 1...2 {
      let runs = Array(repeating: Int64.max, count: count)
      let whole = CompactionPolicy.mergeCount(
        base: 1, runs: runs, changedByteCount: .max, maximumRunCount: 4, rewriteShare: 1)
      #expect(whole == count + 1)
      // Two at once cost half as much for each.
      let some = CompactionPolicy.mergeCount(
        base: nil, runs: runs, changedByteCount: .max, maximumRunCount: count, rewriteShare: 1)
      #expect(some == count)
    }
  }
}
