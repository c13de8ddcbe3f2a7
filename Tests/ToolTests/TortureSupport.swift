import Foundation
import Testing
import ToolSupport
import journal_torture

/// The tool as a process, and a directory for it that goes away with this object.
final class TortureBench {
  /// The tools stand beside the program that runs the tests.
  static func tool(_ name: String) -> String {
    let own =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).deletingLastPathComponent().path + "/" + name
  }

  static let tool = tool("journal-torture")

  let directory: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("journal-torture-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    directory = url.path
    try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var store: String { directory + "/store" }

  /// What the tool prints on standard output (and standard error, if asked for), and how it ends.
  func run(
    _ arguments: [String], withErrors: Bool = false, tool: String = TortureBench.tool
  ) throws -> (output: String, end: ChildProcess.End) {
    let child =
      withErrors
      ? try ChildProcess("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1", tool] + arguments)
      : try ChildProcess(tool, arguments)
    let output = try child.readToEnd(until: .max) ?? []
    return (String(decoding: output, as: UTF8.self), try child.awaitEnd())
  }

  func check() throws -> [String: String] {
    let (output, end) = try run(["check", store])
    #expect(end == .exited(0))
    return try Listing.entries(Array(output.utf8))
  }

  /// The bytes of each file of the store but the lock, which says who looked at it last.
  func contents() throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: store) where name != "LOCK" {
      contents[name] = FileManager.default.contents(atPath: store + "/" + name)
    }
    return contents
  }

  func flipByte(at offset: Int, ofFile name: String) throws {
    let path = store + "/" + name
    var bytes = try #require(FileManager.default.contents(atPath: path))
    bytes[offset] ^= 0xFF
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  /// Writes a program that stands in for the tool and can do so with a lie.
  func impostor(_ script: String) throws -> String {
    let path = directory + "/impostor"
    // Written by a process of its own: a child that another test is just starting would share a
    // file that this one has open for writing, and a file that is being written cannot be run.
    let writer = try ChildProcess(
      "/bin/sh",
      [
        "-c", #"printf %s "$0" > "$1" && chmod 755 "$1""#,
        "#!/bin/sh\nTOOL='\(Self.tool)'\n\(script)\n", path,
      ])
    #expect(try writer.awaitEnd() == .exited(0))
    return path
  }

  /// What a crash test on the store is told: it ends with its rounds or a violation, not with time.
  func settings(
    _ program: String = TortureBench.tool, small: Bool = false, rounds: Int = .max,
    _ change: (inout LoadShape) -> Void = { _ in }
  ) -> RigSettings {
    var shape = LoadShape()
    shape.isSmall = small
    change(&shape)
    var settings = RigSettings(directory: store, seconds: 600, seed: 3, shape: shape)
    settings.executable = program
    settings.maximumRoundCount = rounds
    return settings
  }
}

/// A lie about a store that holds 30 updates, and what must be said about it.
///
/// A script that goes on beside the tool that it has started is ended with its process group.
struct TortureLie: Sendable, CustomTestStringConvertible {
  var script: String
  var violation: String

  var testDescription: String { violation }

  /// Does something else than the command that is asked for.
  static func instead(of command: String, _ script: String, _ violation: String) -> Self {
    TortureLie(script: "[ $1 = \(command) ] && { \(script); }", violation: violation)
  }

  /// Makes one honest update, number 31 the first time, and goes on with a lie.
  static func afterUpdate(_ script: String, _ violation: String) -> Self {
    .instead(
      of: "workload", #""$TOOL" workload "$2" --seed "$4" --updates 1; "# + script, violation)
  }

  /// The check tells the truth until the first workload has run.
  static func check(_ script: String, _ violation: String) -> Self {
    TortureLie(
      script: """
        [ $1 = workload ] && : > "$2.lie"
        [ $1 = check ] && [ -e "$2.lie" ] && { \(script); }
        """, violation: violation)
  }

  /// Tells the lie to a crash test, which must find it out.
  func tell(
    seed: UInt64 = 3, _ test: (TortureBench, _ impostor: String) throws -> TortureReport
  ) throws {
    let bench = try TortureBench()
    _ = try bench.run(["workload", bench.store, "--seed", "\(seed)", "--updates", "30"])
    let impostor = try bench.impostor(script + "\nexec \"$TOOL\" \"$@\"")
    let report = try test(bench, impostor)
    #expect(report.violations.count == 1)
    #expect(report.violations.first?.contains(violation) == true, "\(report.text)")
    #expect(report.exitCode == 1)
  }
}
