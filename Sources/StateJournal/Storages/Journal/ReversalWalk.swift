import JournalEngine
import JournalFormat

/// What would turn one state into another, found by walking both side by side.
struct ReversalWalk {
  private let wanted: StateSelection?
  private var changes: [StateChange] = []
  private var progress: StateProgress

  /// The changes that turn the state of `present` into that of `past`, in the order of keys; only what
  /// `selection` is about, where one is given. Labels are no state, and what is no state of a source
  /// is left alone.
  ///
  /// - Complexity: O(both states) in time, O(difference) in memory.
  static func changes(
    from present: JournalView, to past: JournalView, of selection: StateSelection?,
    onProgress: ReplayObserver? = nil
  ) throws(StateError) -> [StateChange] {
    let prefix = selection?.keyPrefix
    var walk = ReversalWalk(
      wanted: selection,
      progress: StateProgress(
        present.inputByteCount(prefix: prefix) + past.inputByteCount(prefix: prefix), onProgress))
    try walk.run(present.cursor(prefix: prefix), past.cursor(prefix: prefix))
    walk.progress.end()
    return walk.changes
  }

  private init(wanted: StateSelection?, progress: StateProgress) {
    self.wanted = wanted
    self.progress = progress
  }

  private mutating func run(_ present: MergeCursor, _ past: MergeCursor) throws(StateError) {
    var (now, then) = (Entry(), Entry())
    var (hasNow, hasThen) = (try advance(present, &now), try advance(past, &then))
    while hasNow || hasThen {
      let isOnlyNow = hasNow && (!hasThen || now.key.span.precedes(then.key.span))
      let isOnlyThen = hasThen && (!hasNow || then.key.span.precedes(now.key.span))
      if isOnlyNow {
        if let address = address(now.key) { changes.append(.remove(address)) }
      } else if isOnlyThen || now.value != then.value, let address = address(then.key) {
        changes.append(.update(address, try StateObject(stored: then.value.span, at: address)))
      }
      if !isOnlyThen { hasNow = try advance(present, &now) }
      if !isOnlyNow { hasThen = try advance(past, &then) }
    }
  }

  private func address(_ key: [UInt8]) -> StateAddress? {
    guard let address = try? StateKeyCoding.address(of: key.span),
      wanted?.contains(address) ?? true
    else { return nil }
    return address
  }

  private mutating func advance(
    _ cursor: MergeCursor, _ entry: inout Entry
  ) throws(StateError) -> Bool {
    do throws(JournalError) {
      guard try cursor.next(into: &entry) else { return false }
      progress.pass(entry)
      return true
    } catch {
      throw StateError(error)
    }
  }
}
