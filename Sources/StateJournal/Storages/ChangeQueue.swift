/// Changes of callers who wait for the disk at the same time, to be written as one step.
///
/// For actors whose executor blocks: while one step is being written, the calls of others stand in
/// the executor's queue, and all of them are here by the time that the next step is taken.
package struct ChangeQueue {
  /// One caller's changes, and the caller.
  package struct Entry {
    /// The changes, which have been checked.
    package let changes: [StateChange]
    private let caller: CheckedContinuation<StateError?, Never>

    /// Tells the caller how it ended.
    package func end(_ error: StateError?) { caller.resume(returning: error) }

    fileprivate init(_ changes: [StateChange], _ caller: CheckedContinuation<StateError?, Never>) {
      self.changes = changes
      self.caller = caller
    }
  }

  private var entries: [Entry] = []

  /// An empty queue.
  package init() {}

  /// Adds a caller; true when it is the first, and somebody has to be told to write.
  package mutating func add(
    _ changes: [StateChange], _ caller: CheckedContinuation<StateError?, Never>
  ) -> Bool {
    entries.append(Entry(changes, caller))
    return entries.count == 1
  }

  /// All that wait now; each of them has to be told the end.
  package mutating func take() -> [Entry] {
    defer { entries = [] }
    return entries
  }

  /// Writes all that wait by `write`, as one step; each on its own when that is too large, or when what
  /// is there cannot be read, which need not concern all of them.
  package mutating func flush(_ write: ([StateChange]) throws(StateError) -> Void) {
    let entries = take()
    do {
      try write(entries.flatMap(\.changes))
      for entry in entries { entry.end(nil) }
    } catch {
      guard entries.count > 1, error.concernsSomeChanges else {
        for entry in entries { entry.end(error) }
        return
      }
      for entry in entries {
        do {
          try write(entry.changes)
          entry.end(nil)
        } catch {
          entry.end(error)
        }
      }
    }
  }
}

extension StateError {
  /// Whether some of several changes may be made although all of them could not.
  fileprivate var concernsSomeChanges: Bool {
    switch reason {
    case .tooLarge, .undecodable: true
    default: false
    }
  }
}
