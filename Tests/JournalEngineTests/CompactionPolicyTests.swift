import JournalEngine
import Testing

@Suite("Which files a compaction merges")
struct CompactionPolicyTests {
  /// The sizes of base and runs after so many compactions of changes of one size, and what they
  /// wrote. Changes are never of the same keys, and the base does not grow, as with updates at
  /// random of many streams.
  private func play(
    base: Int64, changed: Int64, steps: Int, runs maximumRunCount: Int, share: Double = 1
  ) -> (runs: [Int64], written: Int64, mostRuns: Int) {
    var runs: [Int64] = []
    var written: Int64 = 0
    var most = 0
    for _ in 0..<steps {
      let count = CompactionPolicy.mergeCount(
        base: base, runs: runs, changedByteCount: changed, maximumRunCount: maximumRunCount,
        rewriteShare: share)
      if count > runs.count {
        written += base
        runs = []
      } else {
        let merged = runs.suffix(count).reduce(changed, +)
        written += merged
        runs.removeLast(count)
        runs.append(merged)
      }
      most = max(most, runs.count)
    }
    return (runs, written, most)
  }

  @Test("Runs lie on the base until they are as large, and are merged with it then")
  func rewrite() {
    let before = play(base: 100, changed: 8, steps: 12, runs: 16)
    #expect(before.runs == [Int64](repeating: 8, count: 12))
    let after = play(base: 100, changed: 8, steps: 13, runs: 16)
    #expect(after.runs.isEmpty && after.written == 12 * 8 + 100)
  }

  @Test("There are never more runs than may be", arguments: 1...20)
  func mostRuns(maximumRunCount: Int) {
    for base: Int64 in [0, 1, 50, 1000, 100_000] {
      #expect(
        play(base: base, changed: 8, steps: 500, runs: maximumRunCount).mostRuns
          <= maximumRunCount)
    }
  }

  @Test("Runs that have become too many are few enough after one compaction", arguments: 1...6)
  func tooManyRuns(maximumRunCount: Int) {
    // Each is so much larger than the next that merging them costs more for every file that goes.
    let runs: [Int64] = [100_000, 10_000, 1000, 100, 50, 8]
    let count = CompactionPolicy.mergeCount(
      base: 1_000_000, runs: runs, changedByteCount: 8, maximumRunCount: maximumRunCount,
      rewriteShare: 1)
    #expect(runs.count - count + 1 == maximumRunCount)
  }

  @Test("With a base of hundreds of runs, each byte is written a few times only")
  func written() {
    let played = play(base: 8 * 160, changed: 8, steps: 1600, runs: 16)
    #expect(Double(played.written) / (1600 * 8) < 3.2)
  }

  @Test("Without runs that may stay, every compaction rewrites the base")
  func none() {
    let played = play(base: 1000, changed: 8, steps: 5, runs: 0)
    #expect(played.runs.isEmpty && played.written == 5000)
  }

  @Test("A base that is being merged already stays out of it")
  func withoutBase() {
    let count = CompactionPolicy.mergeCount(
      base: nil, runs: [8, 8], changedByteCount: 1000, maximumRunCount: 2, rewriteShare: 1)
    #expect(count == 2)
    let none = CompactionPolicy.mergeCount(
      base: nil, runs: [8], changedByteCount: 1000, maximumRunCount: 2, rewriteShare: 1)
    #expect(none == 0)
  }
}
