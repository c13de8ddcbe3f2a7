import Foundation
import JournalFormat
import StateJournal
import Testing

@Suite("A new beginning of a store lists no label that it cannot give")
struct DroppedLabelTests {
  private let bench: JournalToolBench
  private let target: String

  init() throws {
    bench = try JournalToolBench()
    target = bench.directory + "/then"
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    for name in ["one", "two", "three"] {
      try storage.update(.stream("s", of: "orders"), to: ["at": .string(name)])
      try storage.label(name)
    }
    try storage.close()
  }

  /// Runs a verb on the store; what it says in JSON.
  private func run(_ words: [String]) throws -> [[String: StateValue]] {
    let outcome = try bench.run([JournalToolBench.tool] + words + ["--json"])
    #expect(outcome.code == 0, "\(outcome)")
    return try outcome.lines()
  }

  /// Every label that a store lists leads to a state.
  private func checkLabels(of store: String) throws {
    let labels = try run(["label", store]).compactMap { $0["name"]?.string }
    for label in labels {
      #expect(try bench.run("get", store, "orders/s", "--at", label).code == 0, "\(label)")
    }
    #expect(labels.isEmpty)
    #expect(try bench.run("verify", store, "--strict", "--deep").code == 0)
  }

  private static let all: StateValue = ["one", "three", "two"]

  @Test("The plan of a rewind names the labels that go, and none is left")
  func rewind() throws {
    let plan = try bench.run("rewind", bench.store, "--to", "two", "-n")
    #expect(
      plan.output.contains(
        "labels   one, three, two  (gone then, as their commits are out of reach)\n"), "\(plan)")
    let lines = try run(["rewind", bench.store, "--to", "two", "-y"])
    #expect(lines.first?["dropped_labels"] == Self.all)
    #expect(lines.last?["objects"] == 1)
    try checkLabels(of: bench.store)
    let get = try bench.run("get", bench.store, "orders/s")
    #expect(get.output == "{\"at\":\"two\"}\n")
  }

  @Test("Undoing a rewind brings the labels back")
  func undo() throws {
    _ = try run(["rewind", bench.store, "--to", "two", "-y"])
    let bundle = try #require(
      try FileManager.default.contentsOfDirectory(atPath: bench.store + "/quarantine").first)
    _ = try run(["repair", bench.store, "--undo", bundle, "-y"])
    #expect(try run(["label", bench.store]).last?["labels"] == 3)
    #expect(try bench.run("get", bench.store, "orders/s", "--at", "one").code == 0)
  }

  @Test(
    "What writes a past state elsewhere names the labels that are not there, and leaves them here",
    arguments: [["rewind", "--to", "three", "-o"], ["replay", "--at", "three", "--into"]])
  func elsewhere(words: [String]) throws {
    let lines = try run([words[0], bench.store] + words.dropFirst() + [target])
    #expect(lines.contains { $0["dropped_labels"] == Self.all }, "\(lines)")
    try checkLabels(of: target)
    #expect(try run(["label", bench.store]).last?["labels"] == 3)
    let text = try bench.run(
      [JournalToolBench.tool, words[0], bench.store] + words.dropFirst() + [target + "2"])
    #expect(text.output.contains("one, three, two"), "\(text)")
  }

  @Test("A restored past has no labels, and a restored backup has them all")
  func restore() throws {
    let backup = bench.directory + "/backup"
    _ = try run(["backup", bench.store, backup])
    let lines = try run(["restore", backup, target, "--at", "three"])
    #expect(lines.last?["dropped_labels"] == Self.all)
    try checkLabels(of: target)
    let whole = try run(["restore", backup, target + "2"])
    #expect(whole.last?["dropped_labels"] == nil)
    #expect(try run(["label", target + "2"]).last?["labels"] == 3)
    #expect(try bench.run("get", target + "2", "orders/s", "--at", "one").code == 0)
  }

  @Test("A repair that writes the store anew tells of the labels that are gone")
  func repair() throws {
    let (file, range) = try bench.place(ofCommit: 4)
    try bench.change(file) { $0[range.lowerBound + 30] ^= 1 }
    let repair = try bench.run("repair", bench.store, "--mode", "drop-damaged", "-y")
    #expect(repair.code == 0, "\(repair)")
    #expect(repair.output.contains("  without the labels, "), "\(repair)")
    try checkLabels(of: bench.store)
  }

  @Test("Without labels nothing is said of them")
  func none() throws {
    for name in ["one", "two", "three"] { _ = try run(["label", bench.store, name, "--remove"]) }
    #expect(try !bench.run("rewind", bench.store, "--to", "5", "-n").output.contains("label"))
    let lines = try run(["rewind", bench.store, "--to", "5", "-y"])
    #expect(lines.allSatisfy { $0["dropped_labels"] == nil })
  }
}
