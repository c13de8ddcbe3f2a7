import JournalEngine
import StateJournal
import StorageSimulator

/// Changes: done to the storage and to the model, and compared.
extension ModelRun {
  /// Why a closure gives its change up.
  private struct GivenUp: Error {}

  /// What a change should do.
  private enum Expectation {
    case commit([StateChange])
    /// Acknowledged without a commit. Whether that makes earlier ones durable is for the call to say.
    case nothing(syncs: Bool)
    case refusal((StateError.Reason) -> Bool)
  }

  func change(_ operation: ModelOperation) throws(ModelFailure) {
    let content = history.content
    let before = storage.lastSequence
    let (expectation, isSynced) = expectation(of: operation, content)
    do {
      try carryOut(operation, content)
    } catch {
      try fail(error, expectation, content)
      try check(touchedBy: operation)
      return
    }
    let after = storage.lastSequence
    switch expectation {
    case .refusal: throw ModelFailure("done, but it should have been refused")
    case .nothing(let syncs):
      if after != before { throw ModelFailure("a commit \(after) of nothing") }
      if syncs, isSynced { history.becomeDurable() }
    case .commit(let changes):
      if trouble.isPoisoned { throw ModelFailure("acknowledged behind a failed sync") }
      // A session's first commit comes behind the record that introduces it.
      guard [1, 2].contains(after.rawValue - before.rawValue) else {
        throw ModelFailure("commit \(after) behind \(before)")
      }
      var next = content
      next.make(changes, at: StateVersion(number: after.rawValue))
      history.acknowledge(next, sequence: after.rawValue)
      if isSynced { history.becomeDurable() }
    }
    try check(touchedBy: operation)
  }

  private func fail(
    _ error: any Error, _ expectation: Expectation, _ content: ModelContent
  ) throws(ModelFailure) {
    if let failure = error as? ModelFailure { throw failure }
    guard let error = error as? StateError else { throw ModelFailure("\(error)") }
    guard let cause = error.journalError else {
      if case .refusal(let isExpected) = expectation, isExpected(error.reason) { return }
      throw ModelFailure("refused: \(error)")
    }
    guard expects(cause) else { throw ModelFailure("failed: \(error)") }
    var isUnknown = machine.isStopped
    if case .poisoned = cause.reason {
      isUnknown = isUnknown || !trouble.isPoisoned
      trouble.isPoisoned = true
    }
    // What failed for another reason was taken back and must never be seen.
    guard isUnknown, case .commit(let changes) = expectation else { return }
    var next = content
    next.make(changes, at: nil)
    history.addUnknown(next)
  }

  private func expectation(
    of operation: ModelOperation, _ content: ModelContent
  ) -> (Expectation, isSynced: Bool) {
    func changing(_ changes: [StateChange], syncs: Bool) -> Expectation {
      changes.isEmpty ? .nothing(syncs: syncs) : .commit(changes)
    }
    func rejected(_ reason: StateError.Reason) -> Bool {
      if case .rejected = reason { true } else { false }
    }
    switch operation {
    case .update(let address, let object, let durability):
      return (.commit([.update(address, object)]), durability == .synced)
    case .remove(let address, let durability):
      return (.commit([.remove(address)]), durability == .synced)
    case .apply(let changes, let durability):
      return (changing(changes, syncs: false), durability == .synced)
    case .write(let state, let source, let durability):
      let changes = state.changes(from: content.state(of: source), of: source)
      return (changing(changes, syncs: true), durability == .synced)
    case .updateSource(let source, let changes, let rejects, let durability):
      if rejects { return (.refusal(rejected), false) }
      let old = content.state(of: source)
      var new = content
      new.make(changes, at: nil)
      let difference = new.state(of: source).changes(from: old, of: source)
      return (changing(difference, syncs: true), durability == .synced)
    case .transaction(let changes, let rejects, let durability):
      if rejects { return (.refusal(rejected), false) }
      return (changing(changes, syncs: true), durability == .synced)
    case .compareAndSet(let address, let object, let isStale, let durability):
      if isStale {
        return (.refusal { if case .versionConflict = $0 { true } else { false } }, false)
      }
      let change = object.map { StateChange.update(address, $0) } ?? .remove(address)
      return (.commit([change]), durability == .synced)
    case .invalid:
      return (
        .refusal {
          switch $0 {
          case .invalidName, .unsupportedValue: true
          default: false
          }
        }, false
      )
    default: return (.nothing(syncs: false), false)
    }
  }

  private func carryOut(_ operation: ModelOperation, _ content: ModelContent) throws {
    switch operation {
    case .update(let address, let object, let durability):
      try storage.update(address, to: object, durability: durability.option)
    case .remove(let address, let durability):
      try subject.remove(storage, address, durability.option)
    case .apply(let changes, let durability):
      try storage.apply(changes, durability: durability.option)
    case .write(let state, let source, let durability):
      try storage.write(state, to: source, durability: durability.option)
    case .updateSource(let source, let changes, let rejects, let durability):
      try storage.update(source, durability: durability.option) { state in
        if state != content.state(of: source) { throw ModelFailure("an update sees \(state)") }
        var new = content
        new.make(changes, at: nil)
        state = new.state(of: source)
        if rejects { throw GivenUp() }
      }
    case .transaction(let changes, let rejects, let durability):
      try transact(changes, rejects: rejects, durability.option, content)
    case .compareAndSet(let address, let object, let isStale, let durability):
      let present = content[address]?.version ?? (content[address] == nil ? .absent : nil)
      let expected = try present ?? storage.readVersioned(address).version
      let version = isStale ? StateVersion(number: expected.number + 1) : expected
      if let object {
        let new = try storage.update(
          address, to: object, ifVersion: version, durability: durability.option)
        if new.number != storage.lastSequence.rawValue {
          throw ModelFailure("version \(new) of commit \(storage.lastSequence)")
        }
      } else {
        try storage.remove(address, ifVersion: version, durability: durability.option)
      }
    case .invalid(let address, let object): try storage.update(address, to: object)
    default: break
    }
  }

  /// A transaction that reads everything it touches before and after it has changed it.
  private func transact(
    _ changes: [StateChange], rejects: Bool, _ durability: JournalOptions.Durability,
    _ content: ModelContent
  ) throws {
    try storage.transaction(durability: durability) { transaction in
      var own = content
      for change in changes {
        switch change {
        case .update(let address, let object):
          let seen = try transaction.read(address)
          if seen != own[address]?.object ?? [:] {
            throw ModelFailure("a transaction reads \(seen) at \(address)")
          }
          try transaction.update(address, to: object)
        case .remove(let address): try transaction.remove(address)
        case .removeSource(let source): try transaction.removeSource(source)
        }
        own.make([change], at: nil)
        let state = try transaction.read(change.source)
        if state != own.state(of: change.source) {
          throw ModelFailure("a transaction reads \(state)")
        }
      }
      if rejects { throw GivenUp() }
    }
  }
}

extension ModelOperation.Durability {
  fileprivate var option: JournalOptions.Durability {
    self == .synced ? .synced : .buffered(interval: .seconds(36_000))
  }
}
