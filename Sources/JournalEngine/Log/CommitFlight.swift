import JournalFormat

/// The groups that are on their way to being acknowledged, in the order of their commits: a queue
/// of linked groups, so that it takes no memory of its own.
struct CommitFlight {
  private(set) var first: CommitGroup?
  private var last: CommitGroup?
  /// The tasks that wait for these groups.
  private(set) var taskCount = 0

  var isEmpty: Bool { first == nil }

  /// Adds the group that was just taken.
  mutating func append(_ group: CommitGroup) {
    if let last { last.next = group } else { first = group }
    last = group
    taskCount += group.batch.tasks.count
  }

  /// Ends the groups at the front for which `condition` holds and takes them out; returns the first
  /// of them, from which ``CommitGroup/next`` leads to the others.
  mutating func endFirst(
    _ error: JournalError? = nil, while condition: (CommitGroup) -> Bool
  ) -> CommitGroup? {
    guard let front = first, condition(front) else { return nil }
    var end = front
    end.end(error)
    taskCount -= end.batch.tasks.count
    while let next = end.next, condition(next) {
      end = next
      end.end(error)
      taskCount -= end.batch.tasks.count
    }
    first = end.next
    end.next = nil
    if first == nil { last = nil }
    return front
  }

  /// Takes back the group that was added last.
  mutating func removeLast() {
    guard let last else { return }
    taskCount -= last.batch.tasks.count
    if first === last {
      first = nil
      self.last = nil
      return
    }
    var group = first
    while let candidate = group, candidate.next !== last { group = candidate.next }
    group?.next = nil
    self.last = group
  }
}
