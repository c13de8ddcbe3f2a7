import Foundation
import Testing
import ToolSupport

@testable import ingest

@Suite("ingest: configurations that are wrong", .timeLimit(.minutes(30)))
struct WrongConfigurationTests {
  /// One part of a configuration that is right but for that, and what is said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var part: String
    var text: String
    var errors: [String] = []

    var testDescription: String { "\(part) \(text)" }

    var configuration: String {
      var source = #"{"name": "in", "type": "directory", "path": "in", "format": "csv"}"#
      var (sink, more) = (#"{"name": "out", "type": "ndjson", "path": "out"}"#, "")
      switch part {
      case "source": source = text
      case "sink": sink = text
      case "sinks":
        source =
          #"{"name": "a", "type": "log", "path": "l", "sink": "a"}, "#
          + #"{"name": "b", "type": "log", "path": "l", "sink": "b"}"#
        sink = text
      case "both":
        let parts = text.components(separatedBy: " into ")
        (source, sink) = (parts[0], parts[1])
      default: more = text
      }
      return IngestConfigurationTests.text(source: source, sink: sink, more: more)
    }
  }

  /// A case is a line with the part and its text; indented behind it, what is said.
  private static let cases: [Case] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/WrongConfigurations.txt")
    var cases: [Case] = []
    for line in ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n") {
      if line.hasPrefix("  ") {
        cases[cases.count - 1].errors.append("job.json:" + line.dropFirst(2))
      } else {
        let words = line.split(separator: " ", maxSplits: 1)
        cases.append(Case(part: String(words[0]), text: String(words[1])))
      }
    }
    return cases
  }()

  private func errors(in bytes: [UInt8]) -> ConfigurationErrors? {
    #expect(throws: ConfigurationErrors.self) {
      try IngestConfiguration(bytes, file: "job.json")
    }
  }

  @Test(
    "Each is told with line, column and member, what is wrong, and what to do", arguments: cases)
  func told(wrong: Case) {
    #expect(
      errors(in: Array(wrong.configuration.utf8))?.description
        == wrong.errors.joined(separator: "\n"))
  }

  @Test("There are as many cases as there are, and what they have in common is right")
  func common() throws {
    #expect(Self.cases.count > 150)
    _ = try IngestConfiguration(
      Array(Case(part: "more", text: "").configuration.utf8), file: "job.json")
  }

  @Test(
    "Bytes that are no text of JSON are told with their place, and how to write them",
    arguments: [
      (
        Array("\u{FEFF}{}".utf8), "1:1: begins with a byte order mark; save it as UTF-8 without one"
      ),
      ([0xFF, 0xFE, 0x7B, 0, 0x7D, 0], "1:1: is no UTF-8, but UTF-16 it seems; save it as UTF-8"),
      ([], "1:1: no valid JSON: the text ends too early; close what was opened"),
      ([0], "1:1: no valid JSON: no value can start or go on here; JSON has no comments, no comma"),
      (
        Array("{\"a\": \"\0\"}".utf8),
        "1:8: no valid JSON: a control character that is not escaped;"
      ),
      (
        Array("{\r\n\"a\": \"".utf8) + [0xC0, 0x80] + Array("\"}".utf8),
        "2:6: no valid JSON: text that is not UTF-8; save the file as UTF-8"
      ),
      (
        Array(String(repeating: "[", count: 5000).utf8),
        "1:129: no valid JSON: too many arrays and objects inside one another; no member needs that"
      ),
      (
        Array("{\r\n \"sources\": 1,\r\n\"sinks\": 2}".utf8),
        "1:1: has no \"state\", which it needs"
      ),
      (
        [UInt8](repeating: 0x20, count: 10_000_000),
        "1:1: is longer than 1048576 bytes; give the file that describes the run, not the data"
      ),
    ] as [([UInt8], String)])
  func bytes(bytes: [UInt8], words: String) {
    let told = errors(in: bytes)?.description ?? ""
    #expect(told.hasPrefix("job.json:" + words), "\(told.prefix(300))")
  }

  @Test(
    "Names that are too long for the state are refused, and no message is as long as what it is of")
  func longNames() {
    let name = String(repeating: "n", count: 1025)
    for (text, words) in [
      ("{\"name\": \"\(name)\", \"type\": \"log\", \"path\": \"l\"}", "sources[0].name: "),
      (
        "{\"name\": \"in\", \"type\": \"http\", \"streams\": [{\"name\": \"\(name)\", "
          + "\"address\": \"http://x\"}]}", "sources[0].streams[0].name: "
      ),
      ("{\"name\": \"in\", \"type\": \"\(name)\", \"path\": \"l\"}", "sources[0].type: "),
      (
        "{\"name\": \"in\", \"type\": \"log\", \"path\": \"l\", \"\(name)\": \"l\"}",
        "sources[0][\"nnn"
      ),
    ] {
      let told = errors(in: Array(Case(part: "source", text: text).configuration.utf8))?.errors
      #expect(told?.count == 1)
      let description = told?.first?.description ?? ""
      #expect(description.contains(": " + words), "\(description)")
      #expect(description.utf8.count < 300)
    }
  }

  @Test("Of very many errors the first hundred are told, and how many more there are")
  func manyErrors() {
    let sources = String(repeating: "7,\n", count: 2000) + "7"
    let told = errors(in: Array(Case(part: "source", text: sources).configuration.utf8))
    #expect(told?.errors.count == 100)
    #expect(told?.errors.last?.line == 103)
    #expect(told?.description.hasSuffix("\nand 1901 more; correct these first") == true)
  }

  @Test("A configuration that cannot be read is exit code 1, and says of which file, and why")
  func unreadable() throws {
    let bench = try TortureBench()
    let (directory, tool) = (bench.directory, TortureBench.tool("ingest"))
    #expect(unsafe mkfifo(directory + "/pipe", 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: directory + "/lost", withDestinationPath: "nowhere")
    for (name, words) in [
      ("missing", "No such file or directory (errno 2); check the path"),
      ("x/job.json", "No such file or directory (errno 2); check the path"),
      ("store", "(errno 21); name a regular file"), (".", "(errno 22); name a regular file"),
      ("pipe", "(errno 22); name a regular file"), ("lost", "(errno 40); name a regular file"),
    ] {
      for options in [[], ["--check"]] {
        let outcome = try bench.run(
          ["--config", "\(directory)/\(name)"] + options, withErrors: true, tool: tool)
        #expect(outcome.end == .exited(1), "\(outcome)")
        #expect(
          outcome.output.hasPrefix("ingest: cannot read the configuration: open "), "\(outcome)")
        #expect(outcome.output.contains(words), "\(outcome)")
      }
    }
  }

  @Test("A configuration behind a symbolic link is read, and its paths are relative to the link")
  func link() throws {
    let bench = try TortureBench()
    let files = FileManager.default
    for name in ["/real", "/in"] {
      try files.createDirectory(
        atPath: bench.directory + name, withIntermediateDirectories: false)
    }
    try "a\n1\n".write(toFile: bench.directory + "/in/x.csv", atomically: false, encoding: .utf8)
    try Case(part: "more", text: "").configuration.write(
      toFile: bench.directory + "/real/job.json", atomically: false, encoding: .utf8)
    try files.createSymbolicLink(
      atPath: bench.directory + "/job.json", withDestinationPath: "real/job.json")
    let outcome = try bench.run(
      ["--config", bench.directory + "/job.json"], withErrors: true,
      tool: TortureBench.tool("ingest"))
    #expect(outcome.end == .exited(0), "\(outcome)")
    #expect(
      files.contents(atPath: bench.directory + "/out/x.ndjson") == Data("{\"a\":\"1\"}\n".utf8))
  }
}
