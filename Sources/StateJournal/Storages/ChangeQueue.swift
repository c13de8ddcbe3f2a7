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

  /// Writes all that wait by `write`, as one step; when that is too large, each on its own.
  package mutating func flush(_ write: ([StateChange]) throws(StateError) -> Void) {
    let entries = take()
    do {
      try write(entries.flatMap(\.changes))
      for entry in entries { entry.end(nil) }
    } catch {
      guard entries.count > 1, case .tooLarge = error.reason else {
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
