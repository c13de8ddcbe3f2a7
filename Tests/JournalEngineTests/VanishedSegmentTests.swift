import FileIO
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

  /// What kept WATERMARK from saying that the last segment was begun, when it was.
  enum Lag: CaseIterable {
    /// The process was killed in between.
    case killed
    /// There was no room; the same session went on when there was.
    case fullDisk
    /// A segment without a header was there before, which the next opening began anew.
    case headerless
  }

  private static func store(_ lag: Lag) throws -> SimulatedFileSystem {
    var system = SimulatedFileSystem(seed: 1)
    let options = JournalOptions.small(250)
    var journal = try system.open(options)
    let first = system.segmentNames
    try journal.commit([.put("k", "v")])
    #expect(system.segmentNames == first)
    if lag == .headerless {
      try system.replaceContents(
        of: storePath + "/" + FileName.segment(first: journal.lastSequence.next).text, with: [])
    } else {
      system.inject(
        lag == .killed
          ? Fault(.inputOutput, of: .rename, on: "WATERMARK.tmp")
          : Fault(.noSpace, of: .write, on: "WATERMARK.tmp"))
      while system.segmentNames == first { _ = try? journal.commit([.put("more", "v")]) }
    }
    if lag != .fullDisk {
      system = system.afterProcessKill()
      journal = try system.open(options)
    }
    try journal.commit([.put("last", "acknowledged")])
    return system.afterProcessKill()
  }

  @Test("P3: it is missed also where WATERMARK came late", arguments: Lag.allCases)
  func isMissedAfterLag(lag: Lag) throws {
    let system = try Self.store(lag)
    #expect(try system.readState().state["last"] == "acknowledged")
    try system.removeFile(at: storePath + "/" + #require(system.segmentNames.max()))
    #expect(throws: JournalError.self) { try system.open() }
    #expect(throws: JournalError.self) { try system.readState() }
    #expect(try system.verify().worst == .loss)
  }

  @Test("P3: a first segment that lost its header is damage, not a store that was never created")
  func lostHeader() throws {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open()
    try journal.commit([.put("k", "v")])
    let killed = system.afterProcessKill()
    let name = try #require(killed.segmentNames.first)
    // Header and commits are in one sector.
    try killed.replace(name) { bytes in
      #expect(bytes.count <= 512)
      bytes = [UInt8](repeating: 0, count: bytes.count)
    }
    let before = try killed.image
    let error = #expect(throws: JournalError.self) { try killed.open() }
    #expect(error?.reason == .damage(.missingCommits))
    #expect(throws: JournalError.self) { try killed.readState() }
    #expect(try killed.verify().worst == .loss)
    #expect(try killed.image == before)
  }
}
