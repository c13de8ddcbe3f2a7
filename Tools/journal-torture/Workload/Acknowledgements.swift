import Synchronization
import ToolSupport

/// Prints the numbers of durable updates in order, whatever the order in which threads report them.
final class Acknowledgements: Sendable {
  private struct State {
    var next: UInt64
    var early: Set<UInt64> = []
  }

  private let state: Mutex<State>

  init(first: UInt64) { state = Mutex(State(next: first)) }

  /// The number of the first update that has not been acknowledged.
  var next: UInt64 { state.withLock { $0.next } }

  /// Reports that an update was refused and will be tried again. Another thread may have made it
  /// since; what this one tries next is not below the first that has not been acknowledged.
  func reportRefusal(of number: UInt64) throws(TortureFailure) {
    try state.withLock { state throws(TortureFailure) in
      do throws(SystemCallFailure) {
        try StandardStream.output.write("FULL \(max(number, state.next))\n")
      } catch {
        throw TortureFailure(error)
      }
    }
  }

  /// Reports that an update is durable. The line of the update is printed before this returns,
  /// unless an earlier update has not been reported yet, whose report then prints both.
  func report(_ number: UInt64) throws(TortureFailure) {
    try state.withLock { state throws(TortureFailure) in
      state.early.insert(number)
      while state.early.remove(state.next) != nil {
        do throws(SystemCallFailure) {
          try StandardStream.output.write("ACK \(state.next)\n")
        } catch {
          throw TortureFailure(error)
        }
        state.next += 1
      }
    }
  }
}
