import FileIO
import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Testing

/// Snapshots whose every checksum is right and that say something else: what only a deep check sees.
@Suite("verify --deep sees what checksums cannot")
struct DeepVerifyTests {
  enum Mutation: String, CaseIterable {
    case dropsAnEntry
    case changesAValue
    case changesAVersion
    case addsAnEntry
    case holdsNoState

    var finding: String {
      self == .holdsNoState ? "the value at an address is no state" : "two generations disagree"
    }
  }

  @Test(
    "A snapshot that says something else than the generation before is found, and by nothing else",
    arguments: Mutation.allCases, [true, false])
  func mutation(_ mutation: Mutation, isNewest: Bool) throws {
    let bench = try JournalToolBench()
    // Nothing behind the older snapshot changes what is changed in it.
    try bench.fill(12, compactingAt: [9, 11])
    #expect(try bench.run("verify", bench.store, "--deep", "--strict").code == 0)
    let names = try bench.names(".snapshot")
    #expect(names.count == 2)
    let name = try #require(isNewest ? names.last : names.first)
    try rewrite(name, of: bench) { entries in
      switch mutation {
      case .dropsAnEntry: entries.remove(at: 3)
      case .changesAValue: entries[3].value = entries[4].value
      case .changesAVersion: entries[3].sequence = LogSequenceNumber(3)
      case .addsAnEntry:
        var entry = entries[3]
        entry.key.append(UInt8(ascii: "x"))
        entries.insert(entry, at: 4)
      case .holdsNoState: entries[3].value = [0xFF]
      }
    }
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
    let deep = try bench.run("verify", bench.store, "--deep")
    #expect(deep.code == 5, "\(deep.output)")
    #expect(deep.output.contains(mutation.finding), "\(deep.output)")
    #expect(deep.output.contains("s3"), "\(deep.output)")
  }

  @Test(
    "Of many generations, each is compared with the one before, which the finding names",
    arguments: 0..<4)
  func generations(place: Int) throws {
    let bench = try JournalToolBench()
    var options = JournalToolBench.options
    options.retainedGenerationCount = 10
    try bench.fill(20, options: options, compactingAt: [10, 13, 16, 18])
    let names = try bench.names(".snapshot")
    #expect(names.count == 4)
    try rewrite(names[place], of: bench) { $0[9].value = $0[8].value }
    let deep = try bench.run("verify", bench.store, "--deep")
    #expect(deep.code == 5, "\(deep.output)")
    let older = place == 0 ? "the log alone" : names[place - 1] + " and the log"
    let through = try bench.through(names[place])
    var expected = [
      "\(names[place]) says something else of the state after commit \(through) than \(older)"
    ]
    if place < 3 {
      let next = try bench.through(names[place + 1])
      expected.append(
        "\(names[place + 1]) says something else of the state after commit \(next) than "
          + "\(names[place]) and the log")
    }
    for text in expected { #expect(deep.output.contains(text), "\(text)\n\(deep.output)") }
    #expect(
      deep.output.components(separatedBy: "says something else").count == 1 + expected.count,
      "\(deep.output)")
  }

  @Test(
    "Behind a damaged block the deep check goes on: all that verify finds, and what it cannot see",
    arguments: [true, false])
  func damagedBlock(isInUse: Bool) throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let pad = StateValue.string(String(repeating: "p", count: 200))
    for numbers in [100...300, 301...399] {
      try storage.transaction { transaction in
        for number in numbers {
          try transaction.update(
            .stream("s\(number)", of: "orders"), to: ["n": .int(Int64(number)), "pad": pad])
        }
      }
      try storage.compact(full: true)
    }
    try storage.close()
    let names = try bench.names(".snapshot")
    let name = try #require(isInUse ? names.last : names.first)
    try rewrite(name, of: bench) { entries in
      entries[0].value = entries[1].value
      entries[190].value = entries[191].value
      entries[195].value = [0xFF]
    }
    // Between the first and the last of several blocks.
    try bench.change(name) { $0[24 << 10] ^= 1 }
    let plain = try bench.run("verify", bench.store, "--json")
    let deep = try bench.run("verify", bench.store, "--deep", "--json")
    #expect(plain.code == 5 && deep.code == 5, "\(deep)")
    let lines = try deep.lines()
    for finding in try plain.lines() where finding["type"] == "finding" {
      #expect(lines.contains(finding), "\(finding) is not in \(deep.output)")
    }
    #expect(try plain.lines().last?["state_intact"] == true)
    #expect(lines.last?["error"] == nil && lines.last?["deep"] == true)
    func keys(_ kind: StateValue) -> Set<String> {
      Set(lines.filter { $0["kind"] == kind }.compactMap { $0["keys"]?[0]?["stream"]?.string })
    }
    #expect(keys("no state") == ["s295"], "\(deep.output)")
    #expect(keys("two generations disagree").isSuperset(of: ["s100", "s290", "s295"]))
  }

  @Test(
    "What another program keeps in a store is told once, and is nothing lost", arguments: [0, 40])
  func entriesOfOthers(compactedCount: Int) throws {
    let bench = try JournalToolBench()
    try bench.fill(3)
    for number in 0..<60 {
      if number == compactedCount {
        #expect(try bench.run("compact", bench.store, "-y", "--rewrite").code == 0)
      }
      try bench.put(Array("source/stream-\(number)".utf8), [0x10, UInt8(number)])
    }
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
    let deep = try bench.run("verify", bench.store, "--deep")
    #expect(deep.code == 1, "\(deep)")
    #expect(!deep.output.contains("data lost") && !deep.output.contains("last good"))
    #expect(deep.output.contains("no state: not everything is state"), "\(deep.output)")
    #expect(deep.output.components(separatedBy: "\n").count < 12, "\(deep.output)")
    let lines = try bench.run("verify", bench.store, "--deep", "--json").lines()
    let summary = try #require(lines.last)
    #expect(summary["worst"] == "unreadable" && summary["state_intact"] == true, "\(summary)")
    #expect(summary["damaged"] == false && summary["lost"] == [], "\(summary)")
    #expect(lines.count == (compactedCount == 0 ? 2 : 3))
    #expect(lines.dropLast().allSatisfy { $0["kind"] == "no state" })
  }

  /// Writes a snapshot anew with other entries, and with checksums and digest that are right for them.
  private func rewrite(
    _ name: String, of bench: JournalToolBench, _ change: (inout [Entry]) -> Void
  ) throws {
    let directory = try POSIXFileSystem().openDirectory(bench.store, creating: false)
    guard case .snapshot(let range) = try #require(FileName(name)) else { return }
    let reader = try SnapshotReader(
      opening: name, in: directory, expecting: nil, covering: (from: range.after, to: range.through)
    )
    var entries: [Entry] = []
    var entry = Entry()
    let cursor = reader.cursor()
    while try cursor.next(into: &entry) { entries.append(entry) }
    change(&entries)
    let summary = reader.summary
    let writer = try SnapshotWriter(
      in: directory, temporaryName: "rewritten",
      header: SnapshotHeader(
        identity: summary.identity, from: summary.from, to: summary.to, salt: 7,
        createdAt: summary.createdAt, historyBefore: summary.historyBefore,
        historyThrough: summary.historyThrough))
    for entry in entries { try writer.append(entry) }
    _ = try writer.finish()
    try directory.rename("rewritten", to: name)
  }
}

extension JournalToolBench {
  /// The last commit in a snapshot.
  fileprivate func through(_ name: String) throws -> LogSequenceNumber {
    guard case .snapshot(let range)? = FileName(name) else { throw CocoaError(.fileNoSuchFile) }
    return range.through
  }
}
