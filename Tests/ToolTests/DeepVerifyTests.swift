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
      self == .holdsNoState ? "key or value are no state" : "two generations disagree"
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
