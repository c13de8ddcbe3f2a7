import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// The last segment holds what was acknowledged last; as a whole file it can go like any other.
@Suite("A last segment that has gone")
struct VanishedSegmentTests {
  /// How the last segment came to be.
  enum Beginning: CaseIterable {
    /// In a session that went on in it and was killed.
    case rotation
    /// In a session that came after a clean close and rotated before its first commit.
    case rotationAfterClose
    /// By a compaction of an idle store, after a clean close.
    case compaction
  }

  private static func store(_ beginning: Beginning) throws -> SimulatedFileSystem {
    let system = SimulatedFileSystem(seed: 1)
    let options = JournalOptions.small(250)
    var journal = try system.open(options)
    for number in 0..<7 { try journal.commit([.put("k\(number)", "v")]) }
    if beginning != .rotation { try journal.close() }
    switch beginning {
    case .rotation: break
    case .rotationAfterClose:
      var full = options
      full.segmentByteCount = 1
      journal = try system.open(full)
    case .compaction:
      _ = try LiveCompaction.compact(storePath, in: system)
      journal = try system.open(options)
    }
    let known = Set(system.segmentNames)
    repeat {
      try journal.commit([.put("last", "acknowledged")])
    } while beginning != .compaction && Set(system.segmentNames) == known
    return system.afterProcessKill()
  }

  @Test(
    "P3: it is missed, by name, by those who open, read and verify", arguments: Beginning.allCases)
  func isMissed(beginning: Beginning) throws {
    let system = try Self.store(beginning)
    let name = try #require(system.segmentNames.max())
    let first = try #require(
      try DirectoryListing.read(system.store).segments.last)
    try system.removeFile(at: storePath + "/" + name)
    let before = try system.image

    for error in [
      #expect(throws: JournalError.self, performing: { try system.open() }),
      #expect(throws: JournalError.self, performing: { try system.readState() }),
    ] {
      #expect(error?.reason == .damage(.missingCommits))
      #expect(error?.file == storePath + "/" + name)
      #expect(error?.sequence == first)
      #expect(error?.detail.contains("WATERMARK") == true)
    }
    let finding = try #require(try system.verify().findings.first)
    #expect(finding.severity == .loss)
    #expect(finding.kind == .damage(.missingCommits))
    #expect(finding.file == storePath + "/" + name)
    #expect(finding.advice.hasSuffix("--at \(first.previous)"))
    #expect(try system.image == before)

    // What the advice and the error offer.
    let past = try JournalReader(storePath, in: system, at: first.previous).view.state()
    try system.removeFile(at: storePath + "/WATERMARK")
    #expect(try system.readState().state == past)
  }
}
