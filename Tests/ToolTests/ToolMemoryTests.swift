import Foundation
import JournalEngine
import StateJournal
import Testing
import ToolSupport

@Suite(
  "Whatever the size of a store, a verb takes little memory",
  .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
struct ToolMemoryTests {
  private static let logByteCount = 128 << 20

  /// A long log of a small state: what went out of it is retained, so that verbs that go through the
  /// history have all of it to go through.
  private func fill(_ bench: JournalToolBench) throws {
    var options = JournalToolBench.options
    options.retainedGenerationCount = 100
    let storage = try JournalStateStorage.open(bench.store, options: options)
    let text = StateValue.string(String(repeating: "x", count: 32 << 10))
    let count = Self.logByteCount / (32 << 10)
    for number in 0..<count {
      try storage.update(
        .stream("s\(number % 40)", of: "orders"), to: ["n": .int(Int64(number)), "text": text])
      if number % (count / 8) == count / 8 - 1, number < count * 7 / 8 {
        try storage.compact(full: true)
      }
    }
    try storage.close()
  }

  @Test("Of a log of 128 MiB it is less than 64 MiB, for the verbs that go through it")
  func longLog() throws {
    let bench = try JournalToolBench()
    try fill(bench)
    #expect(try bench.byteCount(of: ".journal") >= Self.logByteCount)
    let (store, place) = (bench.store, bench.directory)
    try bench.holdMemory([
      ["status", store, "--exact"], ["verify", store, "--deep"], ["dump", store, "--json"],
      ["stats", store], ["list", store], ["get", store, "orders/s3"],
      ["map", store], ["map", store, "--html", place + "/map.html"], ["label", store],
      ["history", store, "orders/s3"], ["history", store, "orders"], ["diff", store, "400"],
      ["replay", store, "--at", "2500"], ["replay", store, "--into", place + "/new"],
      ["export", store], ["export", store, "orders", "--document", "--at", "2500"],
      ["snapshot", "list", store], ["snapshot", "verify", store], ["upgrade", store],
      ["doctor", store], ["lock", store], ["revert", store, "--to", "2500", "-n"],
      ["clear", store, "orders", "-n"], ["set", store, "orders/new", "--path", "n", "1", "-n"],
      ["backup", store, place + "/copy"], ["backup", store, place + "/copy", "-i"],
      ["verify-backup", place + "/copy", store], ["restore", place + "/copy", place + "/new"],
      ["restore", place + "/copy", place + "/new", "--at", "2500"],
      ["bundle", store, "-o", place + "/files.tar", "--redact"],
      ["bundle", store, "-o", place + "/files.tar", "--files"],
      ["rewind", store, "--to", "100", "-n"],
      ["rewind", store, "--to", "100", "-o", place + "/new"],
      ["rewind", store, "--to", "3500", "-y"],
    ])
    let bundle = try #require(try JournalRescue(store).bundles().last)
    try bench.holdMemory([["repair", store, "--undo", bundle, "-y"]])

    let damaged = try bench.place(ofCommit: 4000)
    try bench.change(damaged.file) { $0[damaged.range.lowerBound + 1000] ^= 1 }
    try bench.holdMemory([
      ["repair", store, "--mode", "drop-damaged", "-n"],
      ["repair", store, "--mode", "salvage", "-n"],
      ["repair", store, "--mode", "drop-damaged", "-y"],
    ])
    let repaired = try #require(try JournalRescue(store).bundles().last { $0.hasPrefix("repair") })
    try bench.holdMemory([["repair", store, "--undo", repaired, "-y"]])
    try bench.change(damaged.file) { $0[damaged.range.lowerBound + 1000] ^= 1 }

    // What opens the store for writing keeps fewer generations from then on.
    try bench.run([JournalToolBench.tool, "export", store]).output.write(
      toFile: place + "/export", atomically: false, encoding: .utf8)
    try #"{"n": 2}"#.write(toFile: place + "/patch", atomically: false, encoding: .utf8)
    try bench.holdMemory([
      ["compact", store, "--keep", "100", "-y"],
      ["label", store, "here"], ["set", store, "orders/new", "--path", "n", "1"],
      ["merge", store, "orders/new", place + "/patch"],
      ["copy", store, "orders", "copies"], ["move", store, "copies", "others"],
      ["clear", store, "others", "-y"], ["import", store, place + "/export", "-y"],
      ["revert", store, "--to", "here", "-y"], ["snapshot", "create", store, "-y"],
      ["snapshot", "prune", store, "-y"],
    ])
  }
}
