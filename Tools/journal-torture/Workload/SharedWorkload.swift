import FileIO
import StateJournal
import Synchronization
import ToolSupport

/// A workload whose updates several threads share.
///
/// Updates must enter the log in the order of their numbers, or a crash could leave one without its
/// predecessor. So a thread draws its number inside the transaction that makes the update: nothing
/// comes between two transactions, while their waits for durability overlap.
struct SharedWorkload: Sendable {
  private struct Numbers {
    let all: Range<UInt64>
    var rest: Range<UInt64>
    /// The number drawn last.
    var last: UInt64?

    init(_ all: Range<UInt64>) {
      self.all = all
      rest = all
    }

    /// Draws the next number. `noted` is the number of the newest update that the store knows: with
    /// patience, those behind it that a full disk has taken back are drawn again, and without, they
    /// are a reason to stop: going on with the next number would leave a hole.
    mutating func draw(behind noted: UInt64?, isPatient: Bool) -> UInt64? {
      if let last, noted != last {
        guard isPatient else { return nil }
        let kept = noted.flatMap { all.contains($0) && $0 < last ? $0 : nil }
        rest = (kept.map { $0 + 1 } ?? all.lowerBound)..<all.upperBound
      }
      guard let number = rest.popFirst() else { return nil }
      last = number
      return number
    }
  }

  private final class Progress: Sendable {
    let numbers: Mutex<Numbers>
    let failure = Mutex<TortureFailure?>(nil)
    let acknowledgements: Acknowledgements

    init(_ numbers: Range<UInt64>) {
      self.numbers = Mutex(Numbers(numbers))
      acknowledgements = Acknowledgements(first: numbers.lowerBound)
    }
  }

  private let workload: Workload
  private let storage: JournalStateStorage
  private let progress: Progress
  private let end: UInt64

  init(workload: Workload, storage: JournalStateStorage, numbers: Range<UInt64>) {
    self.workload = workload
    self.storage = storage
    progress = Progress(numbers)
    end = numbers.upperBound
  }

  /// Returns when all updates are acknowledged.
  func run() throws(TortureFailure) {
    var threads: [OwnedThread] = []
    do throws(IOFailure) {
      for index in 0..<workload.shape.writerCount {
        threads.append(try OwnedThread(name: "writer-\(index)") { work() })
      }
    } catch {
      record(TortureFailure(.failed, "\(error)"))
    }
    for thread in threads { thread.join() }
    if let failure = progress.failure.withLock({ $0 }) { throw failure }
    let next = progress.acknowledgements.next
    if next != end, !Interruption.isAsked {
      throw TortureFailure(.failed, "update \(next) was taken back")
    }
  }

  private func work() {
    var patience = Patience(workload.isPatient)
    do throws(TortureFailure) {
      while progress.failure.withLock({ $0 == nil }), !Interruption.isAsked {
        var drawn: UInt64?
        let made: UInt64?
        do throws(StateError) {
          made = try updateNext(&drawn)
        } catch {
          try patience.wait(
            after: error, of: drawn ?? progress.acknowledgements.next, progress.acknowledgements)
          continue
        }
        guard let made else { return }
        patience.renew()
        try progress.acknowledgements.report(made)
      }
    } catch {
      record(error)
    }
  }

  /// Keeps the first failure: those that follow from it say less.
  private func record(_ failure: TortureFailure) {
    progress.failure.withLock { $0 = $0 ?? failure }
  }

  /// Makes the next update; returns its number once it is durable, or nil when all are made.
  ///
  /// - Parameter drawn: the number of the update, as soon as it is known.
  private func updateNext(_ drawn: inout UInt64?) throws(StateError) -> UInt64? {
    try storage.transaction { transaction in
      let noted = TortureStore.number(in: try transaction.read(TortureStore.newest))
      drawn = progress.numbers.withLock {
        $0.draw(behind: noted, isPatient: workload.isPatient)
      }
      guard let number = drawn else { return nil }
      let update = UpdateStream(seed: workload.seed).update(number)
      let address = TortureStore.address(of: update)
      if let object = TortureStore.object(of: update, withDeletions: workload.shape.hasDeletions) {
        try transaction.update(address, to: object)
      } else {
        try transaction.remove(address)
      }
      try transaction.update(TortureStore.newest, to: TortureStore.note(number))
      return number
    }
  }
}
