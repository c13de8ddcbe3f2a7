import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Testing

@Suite("journal-tool tells scripts by its exit code and people in words")
struct JournalToolVerdictTests {
  static let inspecting = ["status", "verify", "dump", "replay"]

  @Test("A sound store is 0 for every verb", arguments: inspecting)
  func sound(verb: String) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let outcome = try bench.run(verb, bench.store)
    #expect(outcome.code == 0)
    #expect(!outcome.output.isEmpty)
    #expect(outcome.messages.isEmpty)
  }

  @Test("A torn tail is 0, and 4 where it must not be")
  func tornTail() throws {
    let bench = try JournalToolBench()
    try bench.fill(closing: false)
    let (file, range) = try bench.place(ofCommit: 31)
    try bench.change(file) { $0.removeLast($0.count - range.upperBound + 5) }
    let before = try bench.image()
    #expect(try bench.run("verify", bench.store).code == 0)
    let strict = try bench.run("verify", bench.store, "--strict")
    #expect(strict.code == 4)
    #expect(
      strict.output.contains("torn tail: \(bench.store)/\(file) at offset \(range.lowerBound)"))
    for verb in Self.inspecting { #expect(try bench.run(verb, bench.store).code == 0, "\(verb)") }
    #expect(try bench.image() == before)
  }

  @Test(
    "A flipped bit in an acknowledged commit is 5, with file, offset, commit, key and next step")
  func flippedBit() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let (file, range) = try bench.place(ofCommit: 27)
    // The last byte: the value, so that the key can still be made out.
    try bench.change(file) { $0[range.upperBound - 1] ^= 1 }
    let outcome = try bench.run("verify", bench.store)
    #expect(outcome.code == 5)
    #expect(outcome.output.contains("\(file) at offset \(range.lowerBound)"))
    #expect(outcome.output.contains("commit 27"))
    #expect(outcome.output.contains("keys: orders/s5"))
    #expect(outcome.output.contains("journal-tool replay \(bench.store) --at 26"))
    // What it advises works.
    let replay = try bench.run("replay", bench.store, "--at", "26")
    #expect(replay.code == 0)
    #expect(replay.output.contains(#""s4": {"last_id":24}"#))
    // The dump shows the rest.
    let dump = try bench.run("dump", bench.store)
    #expect(dump.code == 5)
    #expect(dump.output.contains("\n26  ") && dump.output.contains("\n28  "))
    #expect(!dump.output.contains("\n27  "))
    #expect(dump.messages.contains("commit 27"))
    for verb in ["status", "replay", "compact"] {
      let outcome = try bench.run(verb, bench.store, "--json")
      #expect(outcome.code == 5, "\(verb)")
      #expect(outcome.messages.contains("journal-tool verify \(bench.store)"), "\(verb)")
    }
  }

  @Test("A missing segment is 5, with the commits that were in it")
  func missingSegment() throws {
    let bench = try JournalToolBench()
    var options = JournalToolBench.options
    options.segmentByteCount = 400
    try bench.fill(options: options)
    let segments = try bench.names(".journal")
    try #require(segments.count > 3)
    try bench.remove(segments[1])
    let outcome = try bench.run("verify", bench.store)
    #expect(outcome.code == 5)
    #expect(outcome.output.contains("gap in the log sequence numbers"))
    #expect(outcome.output.contains("data is lost"))
    #expect(try bench.run("dump", bench.store).code == 5)
  }

  @Test(
    "A damaged newest snapshot is 5 with the state intact; what it advises makes the store sound")
  func damagedSnapshot() throws {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [9, 19])
    let original = try bench.run("replay", bench.store).output
    let newest = try #require(try bench.names(".snapshot").last)
    try bench.change(newest) { $0[100] ^= 1 }
    let outcome = try bench.run("verify", bench.store)
    #expect(outcome.code == 5)
    #expect(outcome.output.contains("the state is intact"))
    #expect(outcome.output.contains("journal-tool compact \(bench.store) --rewrite"))
    let replay = try bench.run("replay", bench.store)
    #expect(replay.code == 0)
    #expect(replay.output == original)
    #expect(replay.messages.contains("warning"))
    #expect(try bench.run("status", bench.store).code == 0)
    #expect(try bench.run("compact", bench.store, "--rewrite", "-y").code == 0)
    #expect(try bench.run("replay", bench.store).output == original)
  }

  @Test(
    "Damage to a segment that a snapshot covers is 5 with the state intact; what it advises mends it",
    arguments: [true, false])
  func coveredSegment(isCut: Bool) throws {
    let bench = try JournalToolBench()
    var options = JournalToolBench.options
    options.segmentByteCount = 400
    try bench.fill(options: options, compactingAt: [9, 25])
    let state = try bench.run("replay", bench.store).output
    let segments = try bench.names(".journal")
    try #require(segments.count > 3)
    try bench.change(segments[1]) { bytes in
      if isCut { bytes.removeLast(150) } else { bytes[300] ^= 1 }
    }
    let outcome = try bench.run("verify", bench.store)
    #expect(outcome.code == 5, "\(outcome.output)")
    #expect(outcome.output.contains("the state is intact"), "\(outcome.output)")
    let advice = "journal-tool compact \(bench.store) --rewrite --keep 0"
    #expect(outcome.output.contains(advice), "\(outcome.output)")
    #expect(try bench.run("compact", bench.store, "--rewrite", "--keep", "0", "-y").code == 0)
    #expect(try bench.run("verify", bench.store, "--deep", "--strict").code == 0)
    #expect(try bench.run("replay", bench.store).output == state)
  }

  @Test("A last commit that may have been acknowledged is 6")
  func undecidable() throws {
    let bench = try JournalToolBench()
    try bench.fill(closing: false)
    let (file, range) = try bench.place(ofCommit: 31)
    try bench.change(file) { $0[range.upperBound - 1] ^= 1 }
    let outcome = try bench.run("verify", bench.store)
    #expect(outcome.code == 6)
    #expect(outcome.output.contains("keys: orders/s9"))
    let replay = try bench.run("replay", bench.store)
    #expect(replay.code == 0)
    #expect(replay.messages.contains("nothing tells whether it was acknowledged"))
  }

  @Test("What is not there is 3", arguments: inspecting + ["compact"])
  func notFound(verb: String) throws {
    let bench = try JournalToolBench()
    let missing = try bench.run(verb, bench.store)
    #expect(missing.code == 3)
    #expect(missing.messages.contains("next: "))
    try FileManager.default.createDirectory(
      atPath: bench.store, withIntermediateDirectories: false)
    #expect(try bench.run(verb, bench.store).code == 3)
    try "hello".write(toFile: bench.store + "/hello.txt", atomically: true, encoding: .utf8)
    let foreign = try bench.run(verb, bench.store, "--json")
    #expect(foreign.code == 3)
    let summary = try #require(try foreign.lines().last)
    #expect(summary["type"] == "summary")
    #expect(summary["exit_code"] == 3)
    #expect(try bench.names() == ["hello.txt"])
  }

  @Test("A commit out of reach is 3, and so is a source without state")
  func outOfReach() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let future = try bench.run("replay", bench.store, "--at", "9999")
    #expect(future.code == 3)
    #expect(future.messages.contains("journal-tool status \(bench.store)"))
    #expect(try bench.run("replay", bench.store, "--source", "nobody").code == 3)
  }

  @Test("A newer format is 9 and is left alone", arguments: inspecting + ["compact"])
  func newerFormat(verb: String) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let segment = try #require(try bench.names(".journal").last)
    try bench.change(segment) { bytes in
      bytes[8] = 99
      bytes.storeUInt32(CRC32C.checksum(bytes.span.extracting(0..<76)), at: 76)
    }
    let before = try bench.image()
    let outcome = try bench.run(verb, bench.store, "--json")
    #expect(outcome.code == 9)
    #expect(outcome.messages.contains("99"))
    #expect(try bench.image() == before)
  }

  @Test("A file that may not be read is 1, not damage", .enabled(if: Unprivileged.isAvailable))
  func unreadable() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let segment = try #require(try bench.names(".journal").last)
    try Unprivileged.open(bench.directory, bench.store)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0], ofItemAtPath: bench.store + "/" + segment)
    let outcome = try bench.run(
      Unprivileged.prefix + [JournalToolBench.tool, "verify", bench.store])
    #expect(outcome.code == 1)
    #expect(outcome.output.contains("unreadable"))
  }

  @Test(
    "Inspecting verbs need no permission to write, and change nothing",
    .enabled(if: Unprivileged.isAvailable), arguments: inspecting)
  func readOnly(verb: String) throws {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [12])
    try Unprivileged.open(bench.directory, bench.store)
    let before = try bench.image()
    let outcome = try bench.run(Unprivileged.prefix + [JournalToolBench.tool, verb, bench.store])
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(try bench.image() == before)
  }
}

/// Running a program as somebody who owns nothing.
enum Unprivileged {
  static let prefix = [
    "/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
  ]

  /// Whether this user may become another one who can run the tool.
  static let isAvailable: Bool = {
    guard FileManager.default.isExecutableFile(atPath: prefix[0]),
      let bench = try? JournalToolBench(),
      (try? FileManager.default.setAttributes(
        [.posixPermissions: 0o777], ofItemAtPath: bench.directory)) != nil
    else { return false }
    return (try? bench.run(prefix + [JournalToolBench.tool, "--version"]).code) == 0
  }()

  /// Lets everybody look into a store, and nobody write to it.
  static func open(_ directory: String, _ store: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: store) {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o444], ofItemAtPath: store + "/" + name)
    }
    for path in [directory, store] {
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: path)
    }
  }
}
