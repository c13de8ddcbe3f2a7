import FileIO
import StateJournal
import Synchronization
import Testing

@testable import journal_tool

@Suite("Many addresses are looked up together")
struct ManyAddressesTests {
  private let bench: JournalToolBench
  private let words =
    (0..<12).flatMap { ["a\($0)", "a\($0)/x", "a\($0)/others/y", "a\($0)/y"] } + ["b", "b/x"]

  init() throws {
    bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    for number in 0..<12 {
      try storage.update(.stream("x", of: "a\(number)"), to: ["n": 1])
      try storage.update(.others("y", of: "a\(number)"), to: ["n": 1])
    }
    try storage.close()
  }

  @Test("What is said of each is what is said of it alone, in a few openings of the store")
  func together() throws {
    let count = Mutex(0)
    var inspector = JournalInspector(bench.store)
    inspector.onOpeningProgress = { progress in
      if progress.byteCount == progress.totalByteCount { count.withLock { $0 += 1 } }
    }
    let selections = try words.map { try StateSelection(text: $0) }
    let together = try StateAccess.planning(inspector).arePresent(selections)
    #expect((1...8).contains(count.withLock { $0 }))
    let alone = try selections.map { try StateAccess.planning(inspector).arePresent([$0]) }
    #expect(together == alone.flatMap { $0 })
    #expect(together.count { $0 } == 36)
  }

  @Test("clear names the first that is not there, and removes all of those that are")
  func clear() throws {
    let there = words.filter { !$0.hasPrefix("b") && !$0.hasSuffix("/y") }
    let refused = try bench.run(
      [JournalToolBench.tool, "clear", bench.store, "-y"] + there + ["a3/z", "b"])
    #expect(refused.code == 3 && refused.messages.contains("no state at a3/z;"), "\(refused)")
    let done = try bench.run([JournalToolBench.tool, "clear", bench.store, "-y"] + there)
    #expect(done.code == 0, "\(done)")
    #expect(try bench.run("list", bench.store).output.isEmpty)
  }
}
