import Foundation
import Testing

@Suite("Where no commit is left, the tool says so, and how to begin anew")
struct NothingLeftTests {
  private let bench: JournalToolBench

  init() throws { bench = try JournalToolBench() }

  @Test("A creation that was interrupted is completed by the command that is named")
  func interruptedCreation() throws {
    let path = try bench.makeDirectory("begun", "00000000000000000001.journal", "LOCK")
    for mode in ["tail", "drop-damaged", "salvage"] {
      let repair = try bench.run("repair", path, "--mode", mode, "-y")
      #expect(repair.code == 8 && repair.messages.contains("there is nothing to repair"))
      #expect(repair.messages.contains("`journal-tool init` completes a creation"), "\(repair)")
    }
    let set = try bench.run("set", path, "a/b", "--path", "n", "1")
    #expect(set.next == "journal-tool init \(path)", "\(set)")
    let made = try bench.shell(set.next)
    #expect(made.code == 0 && made.output.hasPrefix("created"), "\(made)")
    #expect(try bench.run("set", path, "a/b", "--path", "n", "1").code == 0)
    #expect(try bench.run("init", path).output == "there is a store already; it stays as it is\n")
  }

  @Test("Files that are all empty are told to hold nothing, before anybody agrees to a repair")
  func emptyFiles() throws {
    let path = try bench.makeDirectory("gone", "00000000000000000001.journal", "LOCK", "WATERMARK")
    #expect(try bench.run("verify", path).code == 5)
    for mode in ["tail", "drop-damaged", "salvage"] {
      let repair = try bench.run("repair", path, "--mode", mode, "-n")
      #expect(repair.code == 8 && repair.output.isEmpty, "\(repair)")
      #expect(repair.messages.contains("no file holds a commit that can be read"), "\(repair)")
      #expect(try bench.shell(repair.next).code == 0)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 3)
  }

  @Test("Where no block of any snapshot is left, a repair says that all is lost that they held")
  func emptySnapshot() throws {
    try bench.fill(compactingAt: [20])
    for name in try bench.names() { try bench.change(name) { $0 = [] } }
    let plan = try bench.run("repair", bench.store, "--mode", "salvage", "-n").output
    #expect(plan.contains("lose       no whole commit\n"), "\(plan)")
    #expect(plan.contains("objects    all: what the damaged blocks held\n"), "\(plan)")
  }
}
