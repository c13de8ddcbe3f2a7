import Foundation
import Testing
import ToolSupport

@Suite("The tool that holds storages to their promises")
struct ConformanceToolTests {
  private let tool = TortureBench.tool("state-conformance")

  /// Where storages are, in memory if there is such a place: kills take nothing from there.
  private var place: [String] {
    FileManager.default.isWritableFile(atPath: "/dev/shm") ? ["--directory", "/dev/shm"] : []
  }

  @Test(
    "A storage's process that is killed again and again has lost nothing",
    arguments: ["journal", "file", "sqlite", "properties file"])
  func kills(storage: String) throws {
    let bench = try TortureBench()
    let known = try bench.run(["list"], tool: tool).output.split(separator: "\n")
    guard known.contains(Substring(storage)) || storage != "sqlite" else { return }
    let (output, end) = try bench.run(
      ["kill", "--storage", storage, "--kills", "10"] + place, withErrors: true, tool: tool)
    #expect(end == .exited(0), "\(output)")
    #expect(output.hasPrefix("\(storage): 10 kills, "))
  }

  @Test("The matrix has a row for each promise and a column for each storage")
  func matrix() throws {
    let bench = try TortureBench()
    let (output, end) = try bench.run(
      ["matrix", "--storage", "memory"] + place, withErrors: false, tool: tool)
    #expect(end == .exited(0))
    let lines = output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("| promise") == true && lines.first?.contains("memory") == true)
    #expect(lines.count > 25)
    #expect(lines.contains { $0.contains("8 tasks of 1,000 updates") && $0.contains("yes") })
    #expect(lines.contains { $0.contains("after a kill") && $0.contains("–") })
  }

  @Test("A word that is not known is refused with what may have been meant")
  func usage() throws {
    let bench = try TortureBench()
    for (arguments, hint) in [
      (["matirx"], "matrix"), (["kill", "--kill", "3"], "--kills"),
      (["kill", "--kills", "x"], "number"), (["matrix", "--storage", "fiel"], "file"), ([], "verb"),
    ] {
      let (output, end) = try bench.run(arguments, withErrors: true, tool: tool)
      #expect(end == .exited(2))
      #expect(output.contains(hint), "\(output)")
    }
  }
}
