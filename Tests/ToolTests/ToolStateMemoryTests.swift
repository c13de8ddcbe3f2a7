import Foundation
import JournalEngine
import StateJournal
import Testing

@Suite(
  "However much state a store has, a verb that does not change all of it takes little memory",
  .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
struct ToolStateMemoryTests {
  private static let objectCount = 2048

  private static var retaining: JournalOptions {
    var options = JournalToolBench.options
    options.retainedGenerationCount = 100
    return options
  }

  /// Objects of 64 KiB in 64 sources, compacted, so that no log is in the way; then one change of each
  /// hundredth, compacted as well, so that there is something to compare and to go back to.
  private func fill(_ bench: JournalToolBench) throws {
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let text = StateValue.string(String(repeating: "x", count: 64 << 10))
    func put(_ numbers: some Sequence<Int>, _ round: Int64) throws {
      for number in numbers {
        try storage.update(
          .stream("s\(number)", of: "source\(number % 64)"), to: ["n": .int(round), "text": text])
      }
      try storage.compact(full: true)
    }
    try put(0..<Self.objectCount, 1)
    try storage.label("before")
    try put(stride(from: 0, to: Self.objectCount, by: 100), 2)
    try storage.close()
  }

  @Test(
    "Of a state of 128 MiB it is less than 64 MiB, for the verbs that read it or write it elsewhere"
  )
  func largeState() throws {
    let bench = try JournalToolBench()
    try fill(bench)
    #expect(try bench.byteCount(of: ".snapshot") >= 2 * Self.objectCount << 16)
    let (store, place) = (bench.store, bench.directory)
    try bench.holdMemory([
      ["status", store, "--exact"], ["verify", store, "--deep"], ["stats", store], ["list", store],
      ["list", store, "source7/*"], ["get", store, "source7/s7"], ["get", store, "source7"],
      ["map", store], ["map", store, "--html", place + "/map.html"],
      ["history", store, "source7/s7"], ["history", store, "source7"], ["diff", store, "before"],
      ["replay", store], ["replay", store, "--at", "before", "--json"],
      ["replay", store, "--into", place + "/new"], ["export", store],
      ["export", store, "--at", "before"], ["snapshot", "verify", store], ["doctor", store],
      ["revert", store, "--to", "before", "-n"], ["clear", store, "source7", "-n"],
      ["backup", store, place + "/copy"], ["diff", store, place + "/copy"],
      ["verify-backup", place + "/copy", store], ["restore", place + "/copy", place + "/new"],
      ["restore", place + "/copy", place + "/new", "--at", "before"],
      ["bundle", store, "-o", place + "/files.tar", "--files"],
      ["rewind", store, "--to", "before", "-n"],
      ["rewind", store, "--to", "before", "-o", place + "/new"],
      ["copy", store, "source7", "copies"], ["move", store, "copies", "others"],
      ["clear", store, "others", "-y"], ["set", store, "source7/new", "--path", "n", "1"],
      ["revert", store, "--to", "before", "-y"], ["compact", store, "--keep", "100", "-y"],
      ["rewind", store, "--to", "before", "-y"], ["snapshot", "create", store, "-y"],
    ])
    let snapshot = try #require(try bench.names(".snapshot").last)
    try bench.change(snapshot) { $0[$0.count / 2] ^= 1 }
    try bench.holdMemory([
      ["repair", store, "--mode", "salvage", "-n"],
      ["repair", store, "--mode", "salvage", "-o", place + "/new"],
      ["repair", store, "--mode", "salvage", "-y"],
    ])
  }

  @Test("To compare generations takes what one has changed, and not what all have")
  func generations() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: Self.retaining)
    let text = StateValue.string(String(repeating: "x", count: 64 << 10))
    for number in 1...1200 {
      try storage.update(.stream("s\(number)", of: "orders"), to: ["text": text])
      if number % 300 == 0 { try storage.compact(full: true) }
    }
    try storage.close()
    try bench.holdMemory([["verify", bench.store, "--deep"]])
  }

  @Test(
    "A log that is kept from its beginning is compared with the first snapshot in little memory")
  func longBeginning() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: Self.retaining)
    let text = StateValue.string(String(repeating: "x", count: 64 << 10))
    for number in 1...1200 {
      try storage.update(.stream("s\(number)", of: "orders"), to: ["text": text])
    }
    try storage.compact()
    try storage.close()
    try bench.holdMemory([["verify", bench.store, "--deep"]])
  }

  @Test("Of 128 MiB of state in the log alone it is less than 64 MiB, for the verbs that replay it")
  func uncompactedState() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let text = StateValue.string(String(repeating: "x", count: 64 << 10))
    for number in 0..<Self.objectCount {
      try storage.update(.stream("s\(number)", of: "source\(number % 64)"), to: ["text": text])
    }
    try storage.close()
    #expect(try bench.names(".snapshot").isEmpty)
    let (store, place) = (bench.store, bench.directory)
    try bench.holdMemory([
      ["status", store, "--exact"], ["verify", store, "--deep"], ["stats", store], ["list", store],
      ["get", store, "source7/s7"], ["get", store, "source7"], ["list", store, "source7/*"],
      ["export", store, "source7"], ["label", store], ["copy", store, "source7", "new", "-n"],
      ["revert", store, "source7", "--to", "1000", "-n"],
      ["map", store, "--html", place + "/map.html"],
      ["history", store, "source7/s7"], ["diff", store, "2", "2000"],
      ["replay", store, "--at", "2000", "--json"], ["replay", store, "--into", place + "/new"],
      ["export", store], ["snapshot", "list", store], ["rewind", store, "--to", "1900", "-n"],
      ["rewind", store, "--to", "1900", "-o", place + "/new"],
      ["backup", store, place + "/copy"], ["verify-backup", place + "/copy", store],
      ["restore", place + "/copy", place + "/new", "--at", "1000"],
      ["bundle", store, "-o", place + "/files.tar", "--files"],
      ["set", place + "/copy", "source7/new", "--path", "n", "1"],
    ])
    let segment = try #require(try bench.names(".journal").first)
    let whole = try Data(contentsOf: URL(fileURLWithPath: store + "/" + segment))
    try bench.change(segment) { $0[$0.count / 2] ^= 1 }
    try bench.holdMemory([
      ["repair", store, "--mode", "salvage", "-n"],
      ["repair", store, "--mode", "salvage", "-o", place + "/new"],
    ])
    try whole.write(to: URL(fileURLWithPath: store + "/" + segment))
    try bench.holdMemory([["compact", store, "-y"]])
    #expect(try bench.names(".snapshot").count == 1)
  }

  @Test("The plan of a rewind over 64 MiB of names takes less than 64 MiB")
  func manyNames() throws {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: Self.retaining)
    try storage.update(.stream("first", of: "names"), to: [:])
    let rest = String(repeating: "n", count: 1_000)
    for first in stride(from: 0, to: 64_000, by: 500) {
      try storage.transaction { transaction in
        for number in first..<(first + 500) {
          try transaction.update(.stream("\(number)" + rest, of: "names"), to: [:])
        }
      }
      if first % 16_000 == 0 { try storage.compact() }
    }
    try storage.compact()
    try storage.close()
    try bench.holdMemory([["rewind", bench.store, "--to", "2", "-n"]])
  }
}
