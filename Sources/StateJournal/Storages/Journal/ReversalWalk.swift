import JournalEngine
import JournalFormat

/// What would turn one state into another, found by walking both side by side.
struct ReversalWalk {
  private let wanted: StateSelection?
  private var changes: [StateChange] = []

  /// The changes that turn the state of `present` into that of `past`, in the order of keys; only what
  /// `selection` is about, where one is given. Labels are no state, and what is no state of a source
  /// is left alone.
  ///
  /// - Complexity: O(both states) in time, O(difference) in memory.
  static func changes(
    from present: JournalView, to past: JournalView, of selection: StateSelection?
  ) throws(StateError) -> [StateChange] {
    let prefix = selection.map { StateKeyCoding.sourcePrefix($0.source) }
    var walk = ReversalWalk(wanted: selection)
    try walk.run(present.cursor(prefix: prefix), past.cursor(prefix: prefix))
    return walk.changes
  }

  private init(wanted: StateSelection?) { self.wanted = wanted }

  private mutating func run(_ present: MergeCursor, _ past: MergeCursor) throws(StateError) {
    var (now, then) = (Entry(), Entry())
    var (hasNow, hasThen) = (try Self.advance(present, &now), try Self.advance(past, &then))
    while hasNow || hasThen {
      let isOnlyNow = hasNow && (!hasThen || now.key.span.precedes(then.key.span))
      let isOnlyThen = hasThen && (!hasNow || then.key.span.precedes(now.key.span))
      if isOnlyNow {
        if let address = address(now.key) { changes.append(.remove(address)) }
      } else if isOnlyThen || now.value != then.value, let address = address(then.key) {
        changes.append(.update(address, try StateObject(stored: then.value.span, at: address)))
      }
      if !isOnlyThen { hasNow = try Self.advance(present, &now) }
      if !isOnlyNow { hasThen = try Self.advance(past, &then) }
    }
  }

  private func address(_ key: [UInt8]) -> StateAddress? {
    guard let address = try? StateKeyCoding.address(of: key.span),
      wanted?.contains(address) ?? true
    else { return nil }
    return address
  }

  private static func advance(
    _ cursor: MergeCursor, _ entry: inout Entry
  ) throws(StateError) -> Bool {
    do throws(JournalError) {
      return try cursor.next(into: &entry)
    } catch {
      throw StateError(error)
    }
  }
}
