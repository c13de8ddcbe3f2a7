import Foundation
import Testing

@Suite("A copy that was interrupted is told from lost data")
struct UnfinishedCopyTests {
  /// Runs a verb and kills it as soon as the copy of a file is under way.
  ///
  /// - Returns: whether it was stopped before any file had its name.
  private func killed(_ words: [String], in target: String) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: JournalToolBench.tool)
    process.arguments = words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, try !names(target).contains(where: { $0.hasSuffix(".journal.tmp") }) {
      sched_yield()
    }
    process.interrupt()
    process.waitUntilExit()
    let names = try names(target)
    return names.contains { $0.hasSuffix(".journal.tmp") }
      && !names.contains { $0.hasSuffix(".journal") || $0.hasSuffix(".snapshot") }
  }

  private func names(_ path: String) throws -> [String] {
    FileManager.default.fileExists(atPath: path)
      ? try FileManager.default.contentsOfDirectory(atPath: path) : []
  }

  /// A verb that was interrupted in its midst, however long that takes.
  private func interrupted(
    _ verb: String, _ check: (JournalToolBench, _ target: String) throws -> Void
  ) throws {
    for attempt in 0..<6 {
      let bench = try JournalToolBench()
      try bench.fill(20_000 << attempt)
      let target = bench.directory + "/new"
      guard try killed([verb, bench.store, target], in: target) else { continue }
      try check(bench, target)
      let again = try bench.run(verb, bench.store, target)
      #expect(again.code == 0, "\(again)")
      #expect(try bench.run("verify", target, "--strict").code == 0)
      #expect(try bench.run("diff", bench.store, target).code == 0)
      return
    }
    Issue.record("six times it was done before anybody could look")
  }

  @Test("Of a first backup that was interrupted there is no store, and no loss")
  func backup() throws {
    try interrupted("backup") { bench, target in
      for verb in ["status", "verify"] {
        let outcome = try bench.run(verb, target)
        #expect(outcome.code == 3, "\(outcome)")
        #expect(!(outcome.output + outcome.messages).contains("lost"), "\(outcome)")
      }
    }
  }

  @Test("A restore that was interrupted refuses to be opened, and says what it is")
  func restore() throws {
    try interrupted("restore") { bench, target in
      for verb in ["status", "verify"] {
        let outcome = try bench.run(verb, target)
        #expect(outcome.code == 5, "\(outcome)")
        #expect(
          (outcome.output + outcome.messages).contains("a restore, or a first backup, was"),
          "\(outcome)")
      }
      let verify = try bench.run("verify", target)
      #expect(verify.output.contains("next: make it again, by the same command"), "\(verify)")
      // A job that is started too early makes no store of its own.
      #expect(try bench.run("set", target, "a/b", "--path", "n", "1").code == 5)
    }
  }
}
