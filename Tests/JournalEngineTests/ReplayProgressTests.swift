import StorageSimulator
import Synchronization
import Testing

@testable import JournalEngine

@Suite("Progress of opening")
struct ReplayProgressTests {
  private final class Told: Sendable {
    let progress = Mutex<[InspectionProgress]>([])
    func note(_ found: InspectionProgress) { progress.withLock { $0.append(found) } }
  }

  /// Opens a store of so many commits of 64 KiB and answers what it was told.
  private func open(commits: Int, segmentByteCount: Int) throws -> [InspectionProgress] {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(segmentByteCount)
    let journal = try system.open(options)
    let value = String(repeating: "v", count: 64 << 10)
    for number in 0..<commits { try journal.commit([.put("key \(number % 5)", value)]) }
    try journal.close()
    let told = Told()
    options.onOpeningProgress = { told.note($0) }
    try system.open(options).close()
    return told.progress.withLock { $0 }
  }

  @Test(
    "Opening tells of every 4 MiB of log, and at the end that all has been read",
    arguments: [32 << 20, 5 << 20])
  func tells(segmentByteCount: Int) throws {
    let told = try open(commits: 200, segmentByteCount: segmentByteCount)
    #expect((3...5).contains(told.count))
    let last = try #require(told.last)
    #expect(last.byteCount == last.totalByteCount && last.totalByteCount > 200 << 16)
    // The notes of the sessions are commits as well.
    #expect((200...203).contains(last.recordCount))
    #expect(told.map(\.byteCount) == told.map(\.byteCount).sorted())
    #expect(told.allSatisfy { $0.totalByteCount == last.totalByteCount })
  }

  @Test("A rewind tells of the log that it reads, of the state that it writes, and of its copies")
  func rewind() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.small(1 << 20))
    for number in 0..<3000 { try journal.commit([.put("key \(number)", "value")]) }
    try journal.close()
    let last = try JournalReader(storePath, in: system).report.lastSequence
    for target in ["elsewhere", nil] {
      let opening = Told()
      var written: [InspectionProgress] = []
      if let target {
        _ = try Rewind.write(
          storePath, in: system, at: last, into: system.openDirectory(target, creating: true),
          onOpening: { opening.note($0) }, onProgress: { written.append($0) })
      } else {
        _ = try Rewind.run(
          storePath, in: system, to: last, onOpening: { opening.note($0) },
          onProgress: { written.append($0) })
      }
      #expect(opening.progress.withLock { $0.count } >= 2)
      #expect(opening.progress.withLock { $0.allSatisfy { $0.byteCount == $0.totalByteCount } })
      #expect(written.prefix(2).map(\.recordCount) == [1024, 2048])
      #expect(written.allSatisfy { 0 < $0.byteCount && $0.byteCount <= $0.totalByteCount })
      // In place, the originals are copied at the end.
      #expect((written.count > 2) == (target == nil))
      if target == nil { #expect(written.last.map { $0.byteCount == $0.totalByteCount } == true) }
    }
  }

  @Test("A short log is told of once")
  func short() throws {
    #expect(try open(commits: 1, segmentByteCount: 1 << 20).count == 1)
  }
}
