import FileIO
import Synchronization

/// A thread of our own that does one kind of work whenever it is asked to. It starts with the first
/// request, so a job that never needs it never pays for it.
final class BackgroundWorker: Sendable {
  private struct State {
    var isStopped = false
    var thread: OwnedThread?
    var threadIdentifier: UInt?
  }

  private let name: String
  private let delay: Duration
  private let action: @Sendable () -> Void
  private let state = Monitor(State())
  /// Whether the thread knows that there is work. Set under the lock of `state`.
  private let hasWork = Atomic<Bool>(false)
  /// Whether the thread is at work.
  private let isActing = Atomic<Bool>(false)

  /// A worker that does `action`, `delay` after it was asked to. The action runs on one thread at a
  /// time; requests that come while it runs are answered by one more run.
  init(name: String, delay: Duration = .zero, _ action: @escaping @Sendable () -> Void) {
    self.name = name
    self.delay = delay
    self.action = action
  }

  /// Whether the thread is at work, or about to be.
  var isWorking: Bool {
    isActing.load(ordering: .relaxed) || hasWork.load(ordering: .relaxed)
  }

  /// Whether the thread knows that there is work.
  @inline(__always)
  var isTold: Bool { hasWork.load(ordering: .sequentiallyConsistent) }

  /// Asks for the work; returns false when there is no thread to do it.
  @discardableResult @inline(__always)
  func request() -> Bool {
    // Telling a thread that knows already costs more than a buffered commit itself.
    hasWork.load(ordering: .sequentiallyConsistent) ? true : tell()
  }

  private func tell() -> Bool {
    let isServed = state.withLock { state in
      if state.isStopped { return false }
      if state.thread == nil {
        state.thread = try? OwnedThread(name: name) { [self] in run() }
      }
      // Without a thread nothing may stay noted as work: the next request would count on it.
      hasWork.store(state.thread != nil, ordering: .sequentiallyConsistent)
      return state.thread != nil
    }
    if isServed { state.notifyAll() }
    return isServed
  }

  /// Ends the thread and returns when it has ended, unless called on that thread itself.
  func stop() {
    let thread = state.withLock { state in
      state.isStopped = true
      hasWork.store(false, ordering: .sequentiallyConsistent)
      let thread = state.threadIdentifier == CurrentThread.identifier ? nil : state.thread
      state.thread = nil
      return thread
    }
    state.notifyAll()
    thread?.join()
  }

  private func run() {
    state.withLock { $0.threadIdentifier = CurrentThread.identifier }
    while true {
      let goesOn = state.wait { state in
        state.isStopped ? false : hasWork.load(ordering: .sequentiallyConsistent) ? true : nil
      }
      guard goesOn else { return }
      if delay > .zero { _ = state.wait(until: { $0.isStopped ? () : nil }, for: delay) }
      isActing.store(true, ordering: .relaxed)
      // Before the work, so that whoever asks while it is done has it done once more.
      hasWork.store(false, ordering: .sequentiallyConsistent)
      action()
      isActing.store(false, ordering: .relaxed)
    }
  }
}
