import JournalEngine

/// One commit's way past the rules of its storage.
final class RuleCheck {
  private let rules: StateRules
  /// What the commit's objects are near to; to be told of when it has been made.
  private(set) var notices: [StateRules.SizeNotice] = []

  /// A check by rules; nil where there are none, so that those who declare none pay for none.
  init?(_ rules: StateRules) {
    if rules.isEmpty { return nil }
    self.rules = rules
  }

  /// Whether the changes can only be judged by what was there before.
  func needsPast(_ changes: [StateChange]) -> Bool {
    changes.contains { change in
      if case .update(let address, _) = change { rules.needPast(of: address) } else { false }
    }
  }

  /// Refuses objects that are too large.
  func passSizes(of changes: [StateChange]) throws(StateError) {
    for case .update(let address, let object) in changes {
      if let notice = try rules.checkSize(of: object, at: address) { notices.append(notice) }
    }
  }

  /// Refuses what the rules forbid, given the state before the commit.
  func pass(_ changes: [StateChange], over state: TransactionState) throws(StateError) {
    try passSizes(of: changes)
    for (address, object) in lastObjects(of: changes) {
      let old = try state.versioned(address)?.object ?? [:]
      try rules.checkDirection(of: object, at: address, from: old)
    }
  }

  /// What the changes leave at the addresses whose past matters.
  private func lastObjects(of changes: [StateChange]) -> [StateAddress: StateObject] {
    var objects: [StateAddress: StateObject] = [:]
    for change in changes {
      switch change {
      case .update(let address, let object):
        if rules.needPast(of: address) { objects[address] = object }
      case .remove(let address): objects[address] = nil
      case .removeSource(let source):
        objects = objects.filter { !$0.key.source.hasSameBytes(as: source) }
      }
    }
    return objects
  }
}
