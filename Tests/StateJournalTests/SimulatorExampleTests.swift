import FileIO
import Foundation
import StateJournal
import StorageSimulator
import Testing

/// The example of `StorageSimulator.md`, word for word.
@Suite("The example in the simulator's documentation")
struct SimulatorExampleTests {
  /// A job of yours: it counts the rows that it has taken.
  struct RowCounter {
    static let address = StateAddress.others("rows", of: "shop")
    let state: JournalStateStorage

    init(in files: any FileSystem) throws {
      var options = JournalOptions()
      options.preallocationByteCount = 0  // no thread in the background: always the same operations
      state = try JournalStateStorage.open("state", options: options, in: files)
    }

    var count: Int64 {
      get throws { try state.read(Self.address)["count"]?.int ?? 0 }
    }

    func take() throws {
      try state.update(Self.address, to: ["count": .int(count + 1)])
    }
  }

  @Test("However it ends, the job has counted every row that it said it had")
  func crashes() {
    var exploration = CrashExploration(promise: Int64(0)) { files, promise in
      let counter = try RowCounter(in: files)
      for row in 1...3 {
        try counter.take()
        promise(Int64(row))
      }
    } recover: { files in
      try RowCounter(in: files).count
    } permits: { found, promised, _ in
      // The row that was on its way may have been counted or not.
      found == promised || found == promised + 1
    }
    exploration.unimportantPaths = ["state/LOCK"]  // whose text names a process, for people
    let report = exploration.run()
    #expect(report.violations.isEmpty, "\(report.violations)")
  }

  @Test("Whatever fails once, the job goes on from what it has counted")
  func failures() throws {
    let rehearsal = SimulatedFileSystem(seed: 1)
    let counter = try RowCounter(in: rehearsal)
    try counter.take()
    for operation in rehearsal.operations {
      for effect in Fault.Effect.applicable(to: operation.kind) {
        let files = SimulatedFileSystem(seed: 1)
        files.inject(Fault(effect, at: operation.number))
        try? RowCounter(in: files).take()
        files.clearFaults()
        let counter = try RowCounter(in: files)
        let count = try counter.count
        try counter.take()
        #expect(try counter.count == count + 1, "\(effect) at \(operation)")
      }
    }
  }
}
