import Testing

@testable import DataSources
@testable import ingest

@Suite("ingest: command line")
struct IngestOptionsTests {
  @Test("Without flags everything goes to ./out, with the state inside")
  func defaults() throws {
    let options = try #require(try IngestOptions([]))
    #expect(options.input == nil)
    #expect(options.output == "./out")
    #expect(options.state == "./out/.state")
    #expect(options.concurrency == 4)
    #expect(!options.skipsMalformedRows && !options.takesUnterminatedRow && !options.isQuiet)
  }

  @Test("Flags take their value from the next word or behind an equals sign")
  func flags() throws {
    let options = try #require(
      try IngestOptions([
        "--from", "in", "--to=o=1", "--concurrency", "2", "--skip-malformed", "--final", "--quiet",
      ]))
    #expect(options.input == "in")
    #expect(options.output == "o=1")
    #expect(options.state == "o=1/.state")
    #expect(options.concurrency == 2)
    #expect(options.skipsMalformedRows && options.takesUnterminatedRow && options.isQuiet)
  }

  @Test("Asking for help wins over everything else")
  func help() throws {
    #expect(try IngestOptions(["--nonsense", "--help"]) == nil)
  }

  @Test(
    "What is none of the tool's flags is a usage error that names it",
    arguments: [
      (["extra"], "extra"), (["--form", "x"], "--form"), (["--from"], "--from"),
      (["--from="], "--from"), (["--to", "a", "--to", "b"], "--to"),
      (["--concurrency", "0"], "--concurrency"), (["--concurrency", "x"], "--concurrency"),
      (["--quiet=1"], "--quiet"),
    ])
  func usage(_ words: [String], _ named: String) {
    let error = #expect(throws: CommandArguments.UsageError.self) { try IngestOptions(words) }
    #expect(error?.message.contains(named) == true)
  }

  @Test("Numbers read as people write them")
  func quantities() {
    #expect(Quantity.count(0) == "0")
    #expect(Quantity.count(1_234_567) == "1,234,567")
    #expect(Quantity.bytes(999) == "999 B")
    #expect(Quantity.bytes(210_365) == "210.4 kB")
    #expect(Quantity.bytes(999_999) == "1.0 MB")
    #expect(Quantity.duration(.milliseconds(250)) == "0.3 s")
    #expect(Quantity.duration(.seconds(200)) == "3 min 20 s")
    #expect(Quantity.duration(.seconds(7500)) == "2 h 5 min")
    #expect(Quantity.plural(1, "row") == "1 row")
  }
}
