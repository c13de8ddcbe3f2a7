/// What a store must hold after the first so many updates.
package struct StateModel: Sendable {
  /// How far behind the newest value the newest update is looked for: with deletions, updates at the
  /// end may have left no value. That this many leave none has a chance below 10⁻¹⁸.
  private static let searchCount: UInt64 = 200

  private let stream: UpdateStream
  private let hasDeletions: Bool
  /// How many updates the model has seen.
  package private(set) var updateCount: UInt64 = 0
  /// The newest update of each key that has a value.
  private var newest: [String: UInt64] = [:]

  package init(seed: UInt64, hasDeletions: Bool) {
    stream = UpdateStream(seed: seed)
    self.hasDeletions = hasDeletions
  }

  /// Makes the model that of the first `count` updates, which are not fewer than it has seen.
  package mutating func advance(to count: UInt64) {
    while updateCount < count {
      updateCount += 1
      let update = stream.update(updateCount)
      newest[update.key] = hasDeletions && update.isDeletion ? nil : updateCount
    }
  }

  /// Whether a store holds exactly this.
  package func describes(_ entries: [String: String]) -> Bool {
    entries.count == newest.count
      && newest.allSatisfy { key, number in
        // The cheap comparison first; it fails for nearly every wrong model.
        entries[key].map { Update.number(of: $0) == number } ?? false
      } && newest.allSatisfy { key, number in entries[key] == stream.update(number).value }
  }

  /// Moves on to the first prefix, not shorter than the present one, that a store holds exactly.
  /// Returns false, unchanged, when there is none.
  package mutating func advance(toDescribe entries: [String: String]) -> Bool {
    let largest = entries.values.compactMap(Update.number).max() ?? 0
    var model = self
    model.advance(to: max(largest, updateCount))
    let limit = hasDeletions ? model.updateCount + Self.searchCount : model.updateCount
    while !model.describes(entries) {
      if model.updateCount == limit { return false }
      model.advance(to: model.updateCount + 1)
    }
    self = model
    return true
  }

  /// Why a store does not hold any prefix from the present one on, for a person.
  package func violation(in entries: [String: String]) -> String {
    var shorter = StateModel(seed: stream.seed, hasDeletions: hasDeletions)
    while shorter.updateCount < updateCount {
      if shorter.describes(entries) {
        return "lost: the state is that after update \(shorter.updateCount), but update "
          + "\(updateCount) was acknowledged or shown"
      }
      shorter.advance(to: shorter.updateCount + 1)
    }
    var model = self
    model.advance(to: max(updateCount, entries.values.compactMap(Update.number).max() ?? 0))
    var differences: [String] = []
    for key in Set(entries.keys).union(model.newest.keys).sorted() {
      let expected = model.newest[key].map { stream.update($0).value }
      guard expected != entries[key] else { continue }
      differences.append(
        "\(key) holds \(excerpt(entries[key])) instead of \(excerpt(expected))")
    }
    return "no prefix: against the state after update \(model.updateCount), "
      + differences.joined(separator: ", ")
  }

  private func excerpt(_ value: String?) -> String {
    guard let value else { return "nothing" }
    return "\(value.prefix(24)) (\(value.utf8.count) bytes)"
  }
}
