import DataSources
import FileIO
import Foundation
import JournalEngine
import Testing
import ToolSupport

@testable import ingest

@Suite("ingest: configuration files")
struct IngestConfigurationTests {
  private func parse(_ text: String) throws -> IngestConfiguration {
    try IngestConfiguration(Array(text.utf8), file: "job.json")
  }

  /// A configuration with one part replaced.
  static func text(
    source: String = #"{"name": "in", "type": "directory", "path": "in", "format": "csv"}"#,
    sink: String = #"{"name": "out", "type": "ndjson", "path": "out"}"#, more: String = ""
  ) -> String {
    """
    {
      "state": {"directory": "state"},
      "sources": [
        \(source)
      ],
      "sinks": [
        \(sink)
      ]\(more)
    }
    """
  }

  @Test("Every example of the documentation is a valid configuration")
  func examples() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/DataSources/DataSources.docc/Configuration.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let examples = text.components(separatedBy: "```json\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0]
    }
    #expect(examples.count >= 3)
    for example in examples { _ = try parse(example) }
  }

  @Test("What is not said has the documented values, and what is said is taken")
  func values() throws {
    let least = try parse(Self.text())
    #expect(least.durability.isSynced)
    #expect(least.policies.concurrency == 4)
    #expect(least.watchInterval == nil)
    #expect(least.policies.streamErrors.outcome == .stopStream)
    let full = try parse(
      Self.text(
        more: """
          ,
            "policies": {"concurrency": 2, "onStreamError": "fail-run",
              "retries": {"limit": 3, "firstPause": "250ms", "longestPause": "2min"}},
            "grouping": {"payloads": 7, "bytes": 1000, "delay": "1s"}, "watch": "1h"
          """))
    #expect(full.policies.concurrency == 2)
    #expect(full.policies.streamErrors.outcome == .failRun)
    #expect(full.policies.streamErrors.retry?.initialDelay == .milliseconds(250))
    #expect(full.policies.connectionErrors.retry?.maximumDelay == .seconds(120))
    #expect(full.grouping.maximumPayloadCount == 7)
    #expect(full.grouping.maximumDelay == .seconds(1))
    #expect(full.watchInterval == .seconds(3600))
  }

  @Test(
    "A wrong file is an error that names line, column and member, and what may have been meant",
    arguments: [
      ("", "", "", "job.json:1:1: no valid JSON: the text ends too early"),
      (
        #"{"nam": "in", "type": "log", "path": "l"}"#, "", "",
        "job.json:4:6: sources[0].nam: is not known here; did you mean name?"
      ),
      (
        #"{"name": "in", "type": "directroy", "path": "in"}"#, "", "",
        "job.json:4:20: sources[0].type: \"directroy\" is not known here; did you mean directory?; "
          + "there are \"directory\", \"log\", \"sqlite\", \"http\""
      ),
      (
        #"{"name": "in", "type": "directory", "path": "in", "fromat": "csv"}"#, "", "",
        "job.json:4:55: sources[0].fromat: is not known here; did you mean format?"
      ),
      (
        #"{"name": "in", "type": "log", "path": "l", "los": "fail"}"#, "", "",
        "job.json:4:48: sources[0].los: is not known here; did you mean loss?; there are \"name\", "
          + "\"sink\", \"type\", \"path\", \"loss\", \"malformed\""
      ),
      (
        #"{"name": "in", "type": "log"}"#, "", "",
        "job.json:4:5: sources[0]: has no \"path\", which it needs"
      ),
      (
        #"{"name": "in", "type": "log", "path": 7}"#, "", "",
        "job.json:4:35: sources[0].path: must be a text, and is a number"
      ),
      (
        #"{"name": "in", "type": "log", "path": "l", "sink": "outt"}"#, "", "",
        "job.json:4:5: sources[0]: there is no sink \"outt\"; there are \"out\""
      ),
      (
        "",
        #"{"name": "o", "type": "sqlite", "path": "o", "columns": [{"name": "a", "type": "int"}]}"#,
        "", "job.json:7:76: sinks[0].columns[0].type: \"int\" is not known here"
      ),
      (
        "",
        #"{"name": "o", "type": "csv", "path": "o"}, {"name": "o", "type": "csv", "path": "p"}"#,
        "", "job.json:7:48: sinks[1]: there is a sink named \"o\" already; names must differ"
      ),
      (
        "", "", ",\n  \"watch\": \"5 seconds\"",
        "job.json:9:3: watch: must be a time such as \"200ms\", \"5s\", \"10min\" or \"1h\", and is "
          + "\"5 seconds\""
      ),
      (
        "", "", ",\n  \"policies\": {\"concurrency\": 65}",
        "job.json:9:16: policies.concurrency: must be an integer from 1 to 64, and is 65"
      ),
      ("", "", ",\n  \"sink\": []", "job.json:9:3: sink: is not known here; did you mean sinks?"),
    ])
  func errors(source: String, sink: String, more: String, words: String) {
    let text =
      source + sink + more == ""
      ? ""
      : Self.text(
        source: source.isEmpty
          ? #"{"name": "in", "type": "directory", "path": "in", "format": "csv"}"# : source,
        sink: sink.isEmpty ? #"{"name": "out", "type": "ndjson", "path": "out"}"# : sink, more: more
      )
    let error = #expect(throws: ConfigurationErrors.self) { try parse(text) }
    #expect(error?.description.hasPrefix(words) == true, "\(error?.description ?? "")")
  }

  @Test("Everything that is wrong is told at once, each with its place, in the order of the text")
  func allErrors() {
    let text = """
      {
        "state": {"directry": "state", "durability": "sync"},
        "sources": [
          {"name": "", "type": "directory", "path": 7, "format": "cvs"},
          {"name": "b", "type": "lgo", "path": "b"},
          {"name": "c", "type": "sqlite", "path": "c", "tables": [], "batch": 0}
        ],
        "sinks": [{"name": "out", "type": "csv", "path": "out", "columns": "a", "header": true}],
        "policies": {"concurrency": 65, "retries": {"firstPause": "soon"}},
        "watch": 5
      }
      """
    let errors = #expect(throws: ConfigurationErrors.self) { try parse(text) }?.errors ?? []
    let told = errors.map { "\($0.line) \($0.member): \($0.problem.prefix(14))" }
    #expect(
      told == [
        "2 state.directry: is not known h", "2 state.durability: \"sync\" is not ",
        "4 sources[0].name: must not be em", "4 sources[0].path: must be a text",
        "4 sources[0].format: \"cvs\" is not k", "5 sources[1].type: \"lgo\" is not k",
        "6 sources[2].tables: must have a ta", "6 sources[2].batch: must be an int",
        "8 sinks[0].columns: must be an arr", "8 sinks[0].header: is not known h",
        "9 policies.concurrency: must be an int", "9 policies.retries: has no \"limit\"",
        "9 policies.retries.firstPause: must be a time", "10 watch: must be a time",
      ])
    // What belongs together is looked at when every part is right, and all of that is told too.
    let together = Self.text(
      source: #"{"name": "a", "type": "log", "path": "l", "sink": "x"},"#
        + #" {"name": "b", "type": "log", "path": "m", "sink": "y"}"#)
    let wrong = #expect(throws: ConfigurationErrors.self) { try parse(together) }
    #expect(wrong?.errors.count == 2, "\(wrong?.description ?? "")")
    #expect(wrong?.description.split(separator: "\n").count == 2)
  }

  @Test(
    "Where there is no SQLite library, the library is what is missed, and how to get it is said",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/maps")))
  func noSQLite() throws {
    let bench = try JournalToolBench()
    // What a loader finds first and cannot load.
    for name in ["libsqlite3.so.0", "libsqlite3.so"] {
      try "none".write(toFile: "\(bench.directory)/\(name)", atomically: false, encoding: .utf8)
    }
    let file = bench.directory + "/job.json"
    try Self.text(sink: #"{"name": "out", "type": "sqlite", "path": "out.db"}"#).write(
      toFile: file, atomically: false, encoding: .utf8)
    func run(_ words: String...) throws -> JournalToolBench.Outcome {
      try bench.run(["/usr/bin/env", "LD_LIBRARY_PATH=\(bench.directory)"] + words)
    }
    let advice = "this system has no SQLite library; install libsqlite3"
    for options in [[], ["--check"]] {
      let outcome = try bench.run(
        ["/usr/bin/env", "LD_LIBRARY_PATH=\(bench.directory)", TortureBench.tool("ingest")]
          + ["--config", file] + options)
      #expect(outcome.code == 1, "\(outcome)")
      #expect(outcome.messages.hasPrefix("\(file):7:5: sinks[0]: \(advice)"), "\(outcome)")
    }
    let matrix = try run(
      TortureBench.tool("state-conformance"), "matrix", "--storage", "sqlite")
    #expect(matrix.code == 1 && matrix.messages.contains(advice), "\(matrix)")
    let unknown = try run(
      TortureBench.tool("state-conformance"), "matrix", "--storage", "sqlight")
    #expect(unknown.code == 2 && unknown.messages.contains("unknown storage sqlight"))
  }

  @Test("Two sinks of one kind cannot have one directory: they would write over each other's files")
  func sharedFiles() throws {
    let sources = ["a", "b"].map {
      "{\"name\": \"\($0)\", \"type\": \"log\", \"path\": \"l\", \"sink\": \"\($0)\"}"
    }.joined(separator: ", ")
    func sinks(_ kind: String, _ path: String) -> String {
      #"{"name": "a", "type": "ndjson", "path": "out"}, "#
        + "{\"name\": \"b\", \"type\": \"\(kind)\", \"path\": \"\(path)\"}"
    }
    for path in ["out", "./out/", "out//."] {
      let error = #expect(throws: ConfigurationErrors.self) {
        try parse(Self.text(source: sources, sink: sinks("ndjson", path)))
      }
      #expect(
        error?.description.contains("sinks[1]: writes to the directory of the sink \"a\"") == true,
        "\(path)")
    }
    for (kind, path) in [("csv", "out"), ("ndjson", "/out"), ("sqlite", "out.sqlite")] {
      _ = try parse(Self.text(source: sources, sink: sinks(kind, path)))
    }
  }

  @Test("Several sinks need a name in every source, and a source for every sink")
  func routes() {
    let sinks =
      #"{"name": "a", "type": "csv", "path": "a"}, {"name": "b", "type": "csv", "path": "b"}"#
    let unnamed = #expect(throws: ConfigurationErrors.self) { try parse(Self.text(sink: sinks)) }
    #expect(
      unnamed?.description
        == "job.json:4:5: sources[0]: has no \"sink\", which it needs where there are several")
    let source = #"{"name": "in", "type": "log", "path": "l", "sink": "a"}"#
    let unused = #expect(throws: ConfigurationErrors.self) {
      try parse(Self.text(source: source, sink: sinks))
    }
    #expect(unused?.description.contains("no source goes to the sink \"b\"") == true)
  }

  @Test("The tool checks a file without touching anything, and runs it with paths relative to it")
  func asProcess() throws {
    let bench = try TortureBench()
    let tool = TortureBench.tool("ingest")
    try FileManager.default.createDirectory(
      atPath: bench.directory + "/in", withIntermediateDirectories: true)
    try "a,b\n1,2\n".write(
      toFile: bench.directory + "/in/x.csv", atomically: true, encoding: .utf8)
    let file = bench.directory + "/job.json"
    try Self.text().write(toFile: file, atomically: true, encoding: .utf8)
    let check = try bench.run(["--config", file, "--check"], withErrors: true, tool: tool)
    #expect(check.end == .exited(0))
    #expect(
      check.output
        == "\(file): 1 source into 1 sink, state in state; nothing is wrong\n  in → out\n")
    #expect(!FileManager.default.fileExists(atPath: bench.directory + "/out"))
    let run = try bench.run(["--config", file], withErrors: true, tool: tool)
    #expect(run.end == .exited(0), "\(run.output)")
    #expect(run.output.hasPrefix("in/x  1 row, 8 B\n1 row from 1 stream in "), "\(run.output)")
    let written = FileManager.default.contents(atPath: bench.directory + "/out/x.ndjson")
    #expect(written.map { String(decoding: $0, as: UTF8.self) } == "{\"a\":\"1\",\"b\":\"2\"}\n")
    #expect(FileManager.default.fileExists(atPath: bench.directory + "/state"))

    try Self.text(more: ",\n  \"stat\": 1").write(toFile: file, atomically: true, encoding: .utf8)
    let wrong = try bench.run(["--config", file, "--check"], withErrors: true, tool: tool)
    #expect(wrong.end == .exited(2))
    #expect(wrong.output.hasPrefix("\(file):9:3: stat: is not known here"), "\(wrong.output)")
    let missing = try bench.run(["--config", file + "x"], withErrors: true, tool: tool)
    #expect(missing.end == .exited(1))
    #expect(missing.output.contains("cannot read the configuration"))
  }

  @Test(
    "Flags that say what the file says do not go with it",
    arguments: [
      (["--config", "f", "--from", "d"], "--from"), (["--config", "f", "--final"], "--final"),
      (["--check"], "--check"), (["--config"], "--config"),
    ])
  func flags(words: [String], named: String) {
    let error = #expect(throws: CommandArguments.UsageError.self) { try IngestOptions(words) }
    #expect(error?.message.contains(named) == true)
  }

  @Test("The help fits on a screen")
  func help() {
    let lines = IngestOptions.help.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 34)
    #expect(lines.allSatisfy { $0.count <= 100 })
  }
}
