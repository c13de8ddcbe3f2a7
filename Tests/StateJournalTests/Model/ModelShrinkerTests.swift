import StateJournal
import Testing

@Suite("A failing script becomes short")
struct ModelShrinkerTests {
  @Test("Only what is needed stays, in its order", arguments: [1, 2, 3, 17, 64, 100])
  func minimal(count: Int) {
    let needed = Set([0, count / 3, count - 1])
    var tries = 0
    let short = ModelShrinker.shrink(Array(0..<count)) { candidate in
      tries += 1
      return needed.isSubset(of: candidate)
    }
    #expect(short == needed.sorted())
    #expect(tries < 200)
  }

  @Test("It gives up where it would take too long, with something that still fails")
  func bounded() {
    let short = ModelShrinker.shrink(Array(0..<1000), maximumTryCount: 10) { $0.count >= 3 }
    #expect(short.count >= 3 && short.count < 1000)
  }

  /// A storage that loses a removal right behind a compaction.
  private static var forgetful: ModelSubject {
    var subject = ModelSubject()
    subject.remove = { (storage, address, durability) throws(StateError) in
      let isBehindCompaction =
        storage.statistics.lastCompaction?.through == storage.lastSequence
      let lost = try storage.read(address)
      try storage.remove(address, durability: durability)
      if isBehindCompaction, !lost.isEmpty {
        try storage.update(address, to: lost, durability: durability)
      }
    }
    return subject
  }

  @Test("A planted mistake is found and comes down to the three operations that it takes")
  func plantedMistake() throws {
    let failing = try #require(
      (1...200 as ClosedRange<UInt64>).lazy.map { ModelScript(seed: $0, operationCount: 120) }
        .first { $0.run(on: Self.forgetful) != nil })
    let short = failing.shrunk(on: Self.forgetful)
    #expect(short.run(on: Self.forgetful) != nil)
    #expect(short.run() == nil)
    #expect(short.operations.count <= 3, "\(short)")
    guard case .remove = short.operations.last else {
      Issue.record("\(short)")
      return
    }
    #expect(short.description.contains("seed \(failing.seed)"))
    #expect(short.description.contains("compact"))
  }
}
