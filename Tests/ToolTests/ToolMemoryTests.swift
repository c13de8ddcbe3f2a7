import Foundation
import JournalEngine
import StateJournal
import Testing
import ToolSupport

@Suite(
  "Whatever the size of a store, a verb takes little memory",
  .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
struct ToolMemoryTests {
  /// As ToolTimings.md says, of a store with a small state.
  private static let boundMebibytes = 64.0
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

  private func peak(_ words: [String]) throws -> Double {
    let bench = try TortureBench()
    let (output, end) = try bench.run(
      ["peak", JournalToolBench.tool] + words, tool: TortureBench.tool("journal-bench"))
    #expect(end == .exited(0))
    var values: [String: Double] = [:]
    for line in output.split(separator: "\n") {
      let parts = line.split(separator: "=")
      if parts.count == 2 { values[String(parts[0])] = Double(parts[1]) }
    }
    #expect(values["exit"] == 0, "\(words): \(output)")
    return try #require(values["peak_mib"], "\(output)")
  }

  @Test("Of a log of 128 MiB it is less than 64 MiB, for the verbs that go through it")
  func bounded() throws {
    let bench = try JournalToolBench()
    try fill(bench)
    let log = try bench.names(".journal").reduce(0) { total, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: bench.store + "/" + name)
      return total + (attributes[.size] as? Int ?? 0)
    }
    #expect(log >= Self.logByteCount)
    let (store, place) = (bench.store, bench.directory)
    for words in [
      ["status", store, "--exact"], ["verify", store, "--deep"], ["dump", store, "--json"],
      ["stats", store], ["list", store], ["map", store, "--html", place + "/map.html"],
      ["history", store, "orders/s3"], ["diff", store, "400"], ["replay", store, "--at", "2500"],
      ["export", store], ["backup", store, place + "/copy"],
      ["verify-backup", place + "/copy", store], ["restore", place + "/copy", place + "/new"],
      ["bundle", store, "-o", place + "/files.tar", "--files"],
      ["compact", store, "--keep", "100", "-y"], ["rewind", store, "--to", "3500", "-y"],
    ] {
      let found = try peak(words + ["-q"])
      #expect(found < Self.boundMebibytes, "\(words.joined(separator: " ")): \(found) MiB")
      for name in ["new", "files.tar"] {
        try? FileManager.default.removeItem(atPath: "\(place)/\(name)")
      }
    }
  }
}
