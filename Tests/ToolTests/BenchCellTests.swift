import StateJournal
import Testing
import ToolSupport

@Suite("The benchmark's cells")
struct BenchCellTests {
  /// A measurement as small as it can be, as JSON.
  private func measure(_ cell: String, _ options: [String] = []) throws -> StateObject {
    let bench = try TortureBench()
    let (output, end) = try bench.run(
      [cell, "--dir", bench.store, "--rounds", "1", "--seconds", "0.01", "--json"] + options,
      tool: TortureBench.tool("journal-bench"))
    #expect(end == .exited(0), "\(output)")
    #expect(try bench.contents().isEmpty, "files are left behind")
    guard case .object(let object) = try StateValue(json: output) else {
      throw ListingError.notAnObject
    }
    return object
  }

  private enum ListingError: Error { case notAnObject }

  private static let small = ["--streams", "500", "--updates", "1500", "--writers", "1,3"]

  @Test(
    "Each cell measures, finds its contents right and cleans up",
    arguments: [
      "limits", "durable", "syncs", "threads", "tasks", "buffered", "cost", "open", "reads",
      "iterate", "compact", "merges", "space", "tool", "allocations", "encode",
    ])
  func measures(cell: String) throws {
    let layered = ["iterate": ["--streams", "3000"], "reads": ["--streams", "500,10000"]]
    let result = try measure(cell, layered[cell] ?? Self.small)
    #expect(result["verified"] == true)
    #expect(result["failures"] == [])
    let figures = try #require(result["figures"]?.array)
    #expect(!figures.isEmpty)
    for figure in figures {
      #expect(figure["cell"]?.string == cell)
      // A cell that could not measure says so by leaving the number out; only one may.
      #expect(cell == "allocations" || (figure["median"]?.double ?? -1) >= 0, "\(figure)")
    }
  }

  @Test("A changed stream takes its key, its value and at most 48 bytes of the allocator's memory")
  func memoryPerStream() throws {
    let figures = try #require(try measure("allocations", Self.small)["figures"]?.array)
    let name = "memory per changed stream beyond key and value, bytes"
    // Not measured where allocations cannot be counted.
    guard figures.count > 1 else { return }
    let figure = try #require(figures.first { $0["name"]?.string == name })
    #expect((1...48).contains(try #require(figure["median"]?.double)))
  }

  @Test(
    "A buffered update of a known stream takes no more than two blocks of memory, without optimisation"
  )
  func blocksPerUpdate() throws {
    let figures = try #require(try measure("allocations", Self.small)["figures"]?.array)
    guard figures.count > 1 else { return }
    let figure = try #require(
      figures.first { $0["name"]?.string == "engine, buffered, per update" })
    #expect((0...2).contains(try #require(figure["median"]?.double)))
  }

  @Test(
    "An unknown cell or option is a usage error", arguments: [["dureble"], ["cost", "--rond"]])
  func refuses(arguments: [String]) throws {
    let bench = try TortureBench()
    let (_, end) = try bench.run(arguments, tool: TortureBench.tool("journal-bench"))
    #expect(end == .exited(2))
  }

  @Test("The help fits on a screen")
  func help() throws {
    let bench = try TortureBench()
    let (output, end) = try bench.run(["--help"], tool: TortureBench.tool("journal-bench"))
    #expect(end == .exited(0))
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 48)
    #expect(lines.allSatisfy { $0.count <= 100 })
  }
}
