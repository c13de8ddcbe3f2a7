import Testing

@testable import journal_bench

@Suite("The benchmark finds wrong content")
struct BenchContentTests {
  private let bench: TortureBench

  init() throws { bench = try TortureBench() }

  @Test("A bare loop whose records are not in its file has measured nothing")
  func bareLoops() throws {
    let path = bench.store + "/raw"
    try RawFile.makeSpace(path, 4096)
    #expect(throws: BenchFailure.self) { try RawFile.expect(100, inFirst: 4096, of: path) }
    try RawFile.expect(0, inFirst: 4096, of: path)
  }

  @Test("Every way of a record to the disk leaves its records in the file")
  func waysToTheDisk() throws {
    try Workplace.use(in: bench.store) { workplace in
      var race = Race("ways", roundCount: 2, seconds: 0.02)
      let loops = try SyncedLimit(
        WriteLoop.Kind.synced, in: &race, recordByteCount: 161, workplace)
      for depth in [1, 5] {
        _ = try race.addIfAvailable {
          try RingLoop(depth: depth, recordByteCount: 161, in: workplace)
        }
      }
      let found = try race.run()
      #expect(loops.all(found).allSatisfy { $0.lane.perSecond.lowest > 0 })
    }
  }
}
