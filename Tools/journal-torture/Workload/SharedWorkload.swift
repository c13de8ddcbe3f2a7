import FileIO
import StateJournal
import Synchronization

/// A workload whose updates several threads share.
///
/// Updates must enter the log in the order of their numbers, or a crash could leave one without its
/// predecessor. So a thread draws its number inside the transaction that makes the update: nothing
/// comes between two transactions, while their waits for durability overlap.
struct SharedWorkload: Sendable {
  private struct Numbers {
    var rest: Range<UInt64>
    /// The number drawn last.
    var last: UInt64?
  }

  private final class Progress: Sendable {
    let numbers: Mutex<Numbers>
    let failure = Mutex<TortureFailure?>(nil)
    let acknowledgements: Acknowledgements

    init(_ numbers: Range<UInt64>) {
      self.numbers = Mutex(Numbers(rest: numbers))
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
    if next != end { throw TortureFailure(.failed, "update \(next) was taken back") }
  }

  private func work() {
    do throws(TortureFailure) {
      while progress.failure.withLock({ $0 == nil }), let number = try updateNext() {
        try progress.acknowledgements.report(number)
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
  private func updateNext() throws(TortureFailure) -> UInt64? {
    do {
      return try storage.transaction { transaction in
        let noted = TortureStore.number(in: try transaction.read(TortureStore.newest))
        let drawn = progress.numbers.withLock { numbers in
          // After a full disk the storage takes updates back and works on; going on with the next
          // number would leave a hole. Whoever made that update has the error.
          if let last = numbers.last, noted != last { return nil as UInt64? }
          guard let number = numbers.rest.popFirst() else { return nil }
          numbers.last = number
          return number
        }
        guard let number = drawn else { return nil }
        let update = UpdateStream(seed: workload.seed).update(number)
        let address = TortureStore.address(of: update)
        if let object = TortureStore.object(
          of: update, withDeletions: workload.shape.hasDeletions)
        {
          try transaction.update(address, to: object)
        } else {
          try transaction.remove(address)
        }
        try transaction.update(TortureStore.newest, to: TortureStore.note(number))
        return number
      }
    } catch {
      throw TortureFailure(error)
    }
  }
}
