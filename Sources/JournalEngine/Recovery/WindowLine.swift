import FileIO

/// Windows full of records on their way from the thread that reads them to the one that applies them,
/// and back empty.
final class WindowLine: Sendable {
  struct Window: Sendable {
    var bytes: [UInt8]
    var records: Range<Int>
    /// How many bytes of records may come behind these.
    var byteCountAhead: Int64
  }

  private struct State {
    /// The next one last.
    var waiting: [Window] = []
    var spare: [[UInt8]] = []
    var isClosed = false
  }

  /// Who reads waits when so many windows wait: 1 MiB of memory, which stays in a processor's cache.
  private static let longestCount = 4

  private let state = Monitor(State())

  /// Whether a window could not be added at once.
  var isFull: Bool { state.withLock { $0.waiting.count >= Self.longestCount } }

  // MARK: For the thread that reads

  /// Adds a window behind the others, once there is room.
  func append(_ window: Window) {
    state.wait { state in
      guard state.waiting.count < Self.longestCount else { return nil as Void? }
      state.waiting.insert(window, at: 0)
      return ()
    }
    state.notifyAll()
  }

  /// A window that came back, or an empty one.
  func spareWindow() -> [UInt8] { state.withLock { $0.spare.popLast() } ?? [] }

  /// No more come; those that wait are applied, unless nobody wants them any more.
  func close(abandoning: Bool) {
    state.withLock { state in
      state.isClosed = true
      if abandoning { state.waiting = [] }
    }
    state.notifyAll()
  }

  // MARK: For the thread that applies

  /// The window that has waited longest, once there is one; nil when none is to come.
  func next() -> Window? {
    let next: [Window] = state.wait { state in
      if let next = state.waiting.popLast() { return [next] }
      return state.isClosed ? [] : nil
    }
    state.notifyAll()
    return next.first
  }

  func giveBack(_ window: [UInt8]) { state.withLock { $0.spare.append(window) } }
}
