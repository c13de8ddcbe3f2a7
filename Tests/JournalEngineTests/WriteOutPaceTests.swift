import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

/// How a snapshot that is being written shares the device with commits.
@Suite("A snapshot beside commits", .timeLimit(.minutes(30)))
struct WriteOutPaceTests {
  /// What has been given to the device of a file, as it was asked for.
  private func ranges(_ system: SimulatedFileSystem, _ pathSuffix: String) -> [Range<Int64>] {
    system.operations.compactMap { operation in
      guard operation.kind == .writeOut, operation.path.hasSuffix(pathSuffix),
        let offset = operation.offset, let byteCount = operation.byteCount
      else { return nil }
      return offset..<offset + Int64(byteCount)
    }
  }

  @Test(
    "While commits wait, each piece goes out with all that may not have arrived; else large ones once"
  )
  func pieces() throws {
    let disk = try SnapshotDisk()
    let file = try disk.directory.openFile("new", .createNew)
    let isWanted = Shared(false)
    var pace = WriteOutPace { isWanted.withLock { $0 } }
    let quarter: Int64 = 256 << 10
    func advance(to count: Int64, isDeviceWanted: Bool) throws -> [Range<Int64>] {
      isWanted.withLock { $0 = isDeviceWanted }
      let before = ranges(disk.files, "new").count
      try pace.writeOut(file, upTo: count * quarter)
      return ranges(disk.files, "new").dropFirst(before).map {
        $0.lowerBound / quarter..<$0.upperBound / quarter
      }
    }
    #expect(try advance(to: 4, isDeviceWanted: false) == [0..<4])
    #expect(try advance(to: 7, isDeviceWanted: false) == [])
    #expect(try advance(to: 8, isDeviceWanted: false) == [4..<8])
    #expect(try advance(to: 9, isDeviceWanted: true) == [0..<9])
    #expect(try advance(to: 10, isDeviceWanted: true) == [9..<10])
    #expect(try advance(to: 11, isDeviceWanted: false) == [])
    #expect(try advance(to: 14, isDeviceWanted: false) == [10..<14])
  }

  @Test(
    "After each piece the device is the commits' for three times as long, at most for 50 ms")
  func rest() {
    var pace = WriteOutPace { true }
    #expect(pace.rest(at: 0) == 0)
    pace.noteWork(from: 1000, to: 1200)
    #expect(pace.rest(at: 1200) == 600)
    #expect(pace.rest(at: 1700) == 100)
    #expect(pace.rest(at: 1801) == 0)
    pace.noteWork(from: 2000, to: 4_000_002_000)
    #expect(pace.rest(at: 4_000_002_000) == 50_000_000)
  }

  /// Whether the device was wanted at some operations on the log, once the journal can be asked.
  private final class Witness: Sendable {
    private struct State {
      var journal: Journal?
      var answers: [Bool] = []
    }

    private let state = Shared(State())

    var answers: [Bool] { state.withLock { $0.answers } }

    func open(
      _ options: JournalOptions, askingAt operations: Set<IOFailure.Operation>
    ) throws -> Journal {
      let files = InterposedFileSystem(SimulatedFileSystem(seed: 1)) { operation, path in
        guard operations.contains(operation), path.hasSuffix(".journal") else { return }
        guard let answer = self.state.withLock({ $0.journal })?.isDeviceWanted else { return }
        self.state.withLock { $0.answers.append(answer) }
      }
      let journal = try Journal.open(storePath, in: files, options: options)
      state.withLock { $0.journal = journal }
      return journal
    }

    func close() { state.withLock { $0.journal = nil } }
  }

  @Test("The device is wanted while a commit waits for its sync, and only then")
  func awaitedSync() throws {
    let witness = Witness()
    defer { witness.close() }
    let journal = try witness.open(.deterministic, askingAt: [.write, .sync])
    #expect(!journal.isDeviceWanted)
    try journal.commit([.put("a", "1")])
    #expect(witness.answers == [true, true])
    #expect(!journal.isDeviceWanted)
    // Nobody waits for what is acknowledged before it is durable.
    try journal.commit([.put("b", "1")], .buffered(interval: .seconds(36_000)))
    try journal.compact()
    #expect(witness.answers.count > 3)
    #expect(witness.answers.dropFirst(2).allSatisfy { !$0 })
  }

  @Test("A log that has filled three quarters of its room makes the compaction hasten")
  func longLog() throws {
    let witness = Witness()
    defer { witness.close() }
    var options = JournalOptions.deterministic
    options.maximumJournalByteCount = 4000
    let journal = try witness.open(options, askingAt: [.sync])
    for _ in 0..<4 { try journal.commit([.put("a", String(repeating: "v", count: 900))]) }
    #expect(witness.answers == [true, true, true, false])
  }

  /// A store with a base of several pieces and changes on top of it.
  private func grown() throws -> (SimulatedFileSystem, Journal, StoreState) {
    let system = SimulatedFileSystem(seed: 1)
    let journal = try system.open(.deterministic)
    try journal.commit(
      (0..<2500).map { .put("k\(100_000 + $0)", String(repeating: "v", count: 1000)) })
    try journal.compact()
    try journal.commit([.put("a", "1"), .remove("k100000")])
    // Says in the log that the one before is durable, for a compaction from outside.
    try journal.commit([.put("b", "1")])
    return (system, journal, try journal.state())
  }

  @Test(
    "P6: a piece that cannot be written out fails the compaction, and nothing is lost",
    arguments: [false, true], [1, 2])
  func failure(fromOutside: Bool, position: Int) throws {
    let (system, journal, state) = try grown()
    let snapshots = system.snapshotNames
    system.inject(Fault(.inputOutput, at: position, of: .writeOut, on: ".snapshot.tmp"))
    let error = #expect(throws: JournalError.self) {
      try compact(journal, in: system, fromOutside: fromOutside)
    }
    let failure = IOFailure(.writeOut, path: error?.file ?? "", code: 5)
    #expect(error?.reason == .io(failure))
    #expect(Set(system.snapshotNames).isSuperset(of: snapshots), "nothing was removed")
    #expect(try journal.state() == state)
    #expect(try system.afterPowerLoss(.allLost).open().state() == state)
    try compact(journal, in: system, fromOutside: fromOutside)
    #expect(try journal.state() == state)
    #expect(try system.readState().state == state)
  }

  private func compact(
    _ journal: Journal, in system: SimulatedFileSystem, fromOutside: Bool
  ) throws(JournalError) {
    if fromOutside {
      _ = try LiveCompaction.compact(storePath, in: system)
    } else {
      try journal.compact(isFull: true)
    }
  }

  @Test(
    "P6: wherever the power is lost while a snapshot goes out piece by piece, the state is there",
    arguments: [false, true])
  func powerLoss(fromOutside: Bool) throws {
    let (original, journal, state) = try grown()
    try journal.close()
    let rehearsal = original.afterProcessKill()
    let rehearsed = try rehearsal.open(.deterministic)
    let start = rehearsal.operationCount
    try compact(rehearsed, in: rehearsal, fromOutside: fromOutside)
    let points = rehearsal.operations.dropFirst(start).filter(\.changedDisk)
    #expect(ranges(rehearsal, ".snapshot.tmp").count >= 2, "in several pieces")
    for point in points {
      let system = original.afterProcessKill()
      let journal = try system.open(.deterministic)
      system.crash(at: point.number, tearing: true)
      try? compact(journal, in: system, fromOutside: fromOutside)
      for loss in [LossPattern.allLost, .random(seed: UInt64(point.number))] {
        let recovered = try system.afterPowerLoss(loss).open().state()
        #expect(recovered == state, "power lost at \(point), \(loss)")
      }
    }
  }
}
