import FileIO
import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("A restore that was killed is made again")
struct RestoreCrashTests {
  private static let target = "restored"

  /// A backup of two generations with a log behind them.
  private func backedUp() throws -> BackedUpStore {
    var store = try BackedUpStore(.small(300))
    try store.put(14, "a")
    try store.journal.compact(isFull: true)
    try store.put(14, "b")
    try store.system.backUp()
    return store
  }

  private func restore(_ machine: SimulatedFileSystem, at number: UInt64?) throws(JournalError) {
    try JournalBackup(backupPath, in: machine).restore(
      to: Self.target, at: number.map { LogSequenceNumber($0) })
  }

  @Test(
    "Into the same place, unless files have their names by then, which are never written over",
    arguments: [nil, 20], [LossPattern.allKept, .allLost])
  func again(at number: UInt64?, loss: LossPattern) throws {
    var operationCount = 0
    var operation = 0
    var repeatedCount = 0
    repeat {
      operation += 1
      let store = try backedUp()
      let expected = try #require(number.map { store.states[Int($0) - 1] } ?? store.states.last)
      let start = store.system.operationCount
      if operationCount > 0 { store.system.crash(at: start + operation) }
      _ = try? restore(store.system, at: number)
      if operationCount == 0 { operationCount = store.system.operationCount - start }
      let after = store.system.afterPowerLoss(loss)
      let names = try after.openDirectory(Self.target, creating: true).list()
      let isNamed = names.contains { $0.hasSuffix(".journal") || $0.hasSuffix(".snapshot") }
      do throws(JournalError) {
        try restore(after, at: number)
        repeatedCount += 1
      } catch {
        #expect(error.reason == .refused && isNamed, "operation \(operation): \(names), \(error)")
        continue
      }
      #expect(!isNamed, "operation \(operation): \(names)")
      #expect(try after.readState(of: Self.target) == expected, "operation \(operation)")
      let directory = try after.openDirectory(Self.target, creating: false)
      #expect(try StoreVerifier.verify(directory).worst == nil, "operation \(operation)")
      #expect(try !directory.list().contains { $0.hasSuffix(".tmp") }, "operation \(operation)")
    } while operation < operationCount
    #expect(repeatedCount > 10, "\(repeatedCount) of \(operationCount)")
  }
}
