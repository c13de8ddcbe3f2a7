import Foundation
import StateJournal
import Testing

@Suite("A commit that is out of reach is refused with the first one that is not")
struct StateReachTests {
  private let bench: JournalToolBench

  init() throws { bench = try JournalToolBench() }

  /// Asks for a commit that is out of reach, and then for the one that the refusal names and the one before.
  private func check(_ number: Int) throws {
    let refused = try bench.run("replay", bench.store, "--at", "\(number)")
    #expect(refused.code == 3, "\(refused)")
    let text = "does not reach commit \(number); the files reach back to commit "
    let named = try #require(
      refused.messages.components(separatedBy: text).dropFirst().first, "\(refused)")
    let reach = try #require(Int(named.prefix { $0.isNumber }))
    #expect(try bench.run("replay", bench.store, "--at", "\(reach)").code == 0)
    #expect(try bench.run("replay", bench.store, "--at", "\(reach - 1)").code == 3)
  }

  @Test("Where the log begins behind a snapshot")
  func behindSnapshot() throws {
    try bench.fill(40, compactingAt: [9, 19, 29])
    try check(3)
  }

  @Test("Where the snapshot that stands in for earlier ones ends in the midst of the log")
  func insideSegment() throws {
    try bench.fill(40, compactingAt: [9, 19, 29])
    let snapshots = try bench.names(".snapshot")
    for name in snapshots.dropLast() { try bench.remove(name) }
    try check(3)
  }
}
