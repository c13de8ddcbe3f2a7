import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// A store falls back on an earlier generation whose log goes on in runs, and the runs are of a copy of
/// the store that was written on.
@Suite("Runs of another history in place of log that has gone")
struct MixedRunsTests {
  private static let forkRound = 5
  private static let fullRound = 6

  private static func write(_ round: Int, _ mark: String, _ journal: Journal) throws {
    try journal.commit([.put("a\(round)", mark), .put("c", "\(mark)\(round)")])
    try journal.commit([.put("b\(round)", mark), .remove("a\(round / 2)")])
    try journal.compact(isFull: round == 0 || round == fullRound)
    try journal.commit([.put("tail", "\(mark)\(round)")])
  }

  @Test("A verification calls lost what opening refuses, and intact what it does not")
  func verdictsAgree() throws {
    let original = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(300)
    options.maximumRunCount = 4
    let journal = try original.open(options)
    // Bases so large that what comes later is written as runs on top of them.
    try journal.commit([.put("z", String(repeating: "z", count: 4000))])
    for round in 0..<Self.forkRound { try Self.write(round, "o", journal) }
    try journal.close()
    let copy = original.afterProcessKill()
    let again = try original.open(options)
    let other = try copy.open(options)

    var refusals = 0
    var openings = 0
    for round in Self.forkRound..<Self.fullRound + 7 {
      try Self.write(round, "o", again)
      try Self.write(round, "c", other)
      guard round > Self.fullRound else { continue }
      let shared = Set(copy.snapshotNames)
      let runs = original.snapshotNames.filter { name in
        !name.hasPrefix("00000000000000000000-") && shared.contains(name)
      }
      let bases = original.snapshotNames.filter { $0.hasPrefix("00000000000000000000-") }
      for mixed in runs.map({ [$0] }) + [runs, []] {
        for base in bases.map({ Optional($0) }) + [nil] {
          let system = original.afterProcessKill()
          for name in mixed { try system.replace(name) { $0 = (try? copy.bytes(name)) ?? [] } }
          if let base { try system.replace(base) { $0[30] ^= 0x40 } }
          let place = "round \(round), \(mixed) of the copy, \(base ?? "no base") damaged"
          let verification = try system.verify()
          do {
            _ = try system.readState()
            openings += 1
            #expect(verification.isStateIntact, "\(place): \(verification.findings)")
          } catch {
            #expect(!verification.isStateIntact, "\(place): \(error)")
            if error.reason == .damage(.foreignHistory) {
              if base == bases.max() { refusals += 1 }
              #expect(
                verification.findings.contains { $0.kind == .damage(.foreignHistory) }, "\(place)")
            }
          }
        }
      }
    }
    #expect(openings > 10)
    #expect(refusals > 3, "\(refusals)")
    try again.close()
    try other.close()
  }
}
