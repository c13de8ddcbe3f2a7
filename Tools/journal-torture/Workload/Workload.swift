import StateJournal
import ToolSupport

/// A numbered, seeded sequence of updates on a store.
package struct Workload: Sendable {
  package let directory: String
  package let seed: UInt64
  package let updateCount: UInt64
  /// The number of the first update; by default the one behind the newest in the store.
  package let start: UInt64?
  package let shape: LoadShape
  /// Whether a full disk is waited out, with the same handle.
  package var isPatient = false
  /// Whether SIGTERM ends it in order: no new update, all acknowledged, closed.
  package var endsInOrder = false

  package init(
    directory: String, seed: UInt64, updateCount: UInt64, start: UInt64?, shape: LoadShape
  ) {
    self.directory = directory
    self.seed = seed
    self.updateCount = updateCount
    self.start = start
    self.shape = shape
  }

  /// Opens the store, makes and acknowledges all updates, and closes it. Returns the exit code.
  func run() throws(TortureFailure) -> Int32 {
    if endsInOrder { Interruption.install() }
    let store = try TortureStore(directory, options: shape.journalOptions)
    let first: UInt64
    if let start { first = start } else { first = try store.newestNumber() &+ 1 }
    let (end, overflows) = first.addingReportingOverflow(updateCount)
    guard first > 0, !overflows else {
      throw TortureFailure(.usage, "\(updateCount) updates from \(first) on: numbers end at 2⁶⁴")
    }
    if shape.writerCount == 1 {
      try runAlone(on: store.storage, numbers: first..<end)
    } else {
      try SharedWorkload(workload: self, storage: store.storage, numbers: first..<end).run()
    }
    try store.close()
    return Interruption.signal.map { 128 + $0 } ?? 0
  }

  private func runAlone(
    on storage: JournalStateStorage, numbers: Range<UInt64>
  ) throws(TortureFailure) {
    let stream = UpdateStream(seed: seed)
    let acknowledgements = Acknowledgements(first: numbers.lowerBound)
    var patience = Patience(isPatient)
    for number in numbers {
      let update = stream.update(number)
      let address = TortureStore.address(of: update)
      let object = TortureStore.object(of: update, withDeletions: shape.hasDeletions)
      let change = object.map { StateChange.update(address, $0) } ?? .remove(address)
      let changes =
        shape.hasDeletions
        ? [change, .update(TortureStore.newest, TortureStore.note(number))] : [change]
      while true {
        if Interruption.isAsked { return }
        do throws(StateError) {
          try storage.apply(changes)
          break
        } catch {
          try patience.wait(after: error, of: number, acknowledgements)
        }
      }
      patience.renew()
      try acknowledgements.report(number)
    }
  }
}
