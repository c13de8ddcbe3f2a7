import StateJournal

/// A numbered, seeded sequence of updates on a store.
package struct Workload: Sendable {
  package let directory: String
  package let seed: UInt64
  package let updateCount: UInt64
  /// The number of the first update; by default the one behind the newest in the store.
  package let start: UInt64?
  package let shape: LoadShape

  package init(
    directory: String, seed: UInt64, updateCount: UInt64, start: UInt64?, shape: LoadShape
  ) {
    self.directory = directory
    self.seed = seed
    self.updateCount = updateCount
    self.start = start
    self.shape = shape
  }

  /// Opens the store, makes and acknowledges all updates, and closes it.
  func run() throws(TortureFailure) {
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
  }

  private func runAlone(
    on storage: JournalStateStorage, numbers: Range<UInt64>
  ) throws(TortureFailure) {
    let stream = UpdateStream(seed: seed)
    let acknowledgements = Acknowledgements(first: numbers.lowerBound)
    for number in numbers {
      let update = stream.update(number)
      let address = TortureStore.address(of: update)
      let object = TortureStore.object(of: update, withDeletions: shape.hasDeletions)
      let change = object.map { StateChange.update(address, $0) } ?? .remove(address)
      do {
        if shape.hasDeletions {
          try storage.apply([change, .update(TortureStore.newest, TortureStore.note(number))])
        } else {
          try storage.apply([change])
        }
      } catch {
        throw TortureFailure(error)
      }
      try acknowledgements.report(number)
    }
  }
}
