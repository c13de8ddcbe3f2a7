import Foundation
import Testing
import ToolSupport

extension JournalToolBench {
  /// As ToolTimings.md says.
  static let memoryBoundMebibytes = 64.0

  /// The most memory that a command had.
  func peakMebibytes(_ words: [String]) throws -> Double {
    let (output, end) = try TortureBench().run(
      ["peak"] + words, tool: TortureBench.tool("journal-bench"))
    #expect(end == .exited(0))
    var values: [String: Double] = [:]
    for line in output.split(separator: "\n") {
      let parts = line.split(separator: "=")
      if parts.count == 2 { values[String(parts[0])] = Double(parts[1]) }
    }
    #expect(values["exit"] == 0, "\(words): \(output)")
    return try #require(values["peak_mib"], "\(output)")
  }

  /// Runs commands one after the other, holds each to the bound, and takes away what they have made as
  /// "new" or "files.tar" beside the store.
  func holdMemory(_ commands: [[String]]) throws {
    for words in commands {
      let found = try peakMebibytes([Self.tool] + words + ["-q"])
      #expect(found < Self.memoryBoundMebibytes, "\(words.joined(separator: " ")): \(found) MiB")
      for name in ["new", "files.tar"] {
        try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
      }
    }
  }

  /// What the files of one kind have together.
  func byteCount(of suffix: String) throws -> Int {
    try names(suffix).reduce(0) { total, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: store + "/" + name)
      return total + (attributes[.size] as? Int ?? 0)
    }
  }
}
