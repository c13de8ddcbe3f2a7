/// What a program declares must hold for the state that it writes: members that never go backwards,
/// sizes that are not exceeded.
///
/// ```swift
/// var rules = StateRules()
/// try rules.neverBackwards("last_id", in: .streams(of: "orders"))
/// rules.limitSize(of: .everything, warningAt: 64 << 10, maximum: 1 << 20)
/// let storage = try JournalStateStorage.open("state", rules: rules)
/// ```
///
/// Rules hold for every way of changing state through that storage, whole-source writes and batches
/// included; a change that breaks one throws, and nothing of its commit happens. They belong to the
/// program, not to the store: `journal-tool`, a program without them, and
/// ``JournalStateStorage/unguarded`` may do what they forbid. Reverting to the past and removing
/// state are decisions of their own, which no rule forbids.
public struct StateRules: Sendable {
  struct Monotonic: Sendable {
    let member: StatePath
    let pattern: StatePattern
  }

  struct SizeLimit: Sendable {
    let pattern: StatePattern
    let warningByteCount: Int
    let maximumByteCount: Int
  }

  private(set) var monotonics: [Monotonic] = []
  private(set) var sizeLimits: [SizeLimit] = []

  /// No rules.
  public init() {}

  /// Whether there are none.
  var isEmpty: Bool { monotonics.isEmpty && sizeLimits.isEmpty }

  /// Declares that a member of the objects that a pattern means never becomes less, so that a position
  /// that was computed wrongly, or that an older run still holds, cannot take a newer one's place.
  ///
  /// Numbers are compared by value and texts by their bytes: times as text must all be written in the
  /// same way, such as `2026-11-25T22:00:00Z`. Where the member had a number, it must have one that is
  /// not less; where it had a text, one that does not come before it. Where it was missing, or was
  /// something else, anything may come.
  ///
  /// What is compared is what was there before the whole commit and what is there after it. A change
  /// of an object that such a rule is about costs a look-up.
  ///
  /// - Parameters:
  ///   - member: a path as ``StatePath`` reads it.
  ///   - pattern: the objects that it is declared for.
  /// - Throws: ``StateError/Reason/invalidName`` for text that is no path.
  public mutating func neverBackwards(
    _ member: String, in pattern: StatePattern = .everything
  ) throws(StateError) {
    monotonics.append(Monotonic(member: try StatePath(member), pattern: pattern))
  }

  /// Limits the size of each object that a pattern means, in bytes as it is stored. Of several limits
  /// that are about an object, each holds.
  ///
  /// - Parameters:
  ///   - pattern: the objects that are limited.
  ///   - warning: an object of so many bytes or more is told of by `JournalEvent.nearLimit`, once
  ///     until it is smaller again.
  ///   - maximum: an object of more bytes is refused, with ``StateError/Reason/tooLarge``.
  public mutating func limitSize(
    of pattern: StatePattern = .everything, warningAt warning: Int, maximum: Int
  ) {
    sizeLimits.append(
      SizeLimit(pattern: pattern, warningByteCount: warning, maximumByteCount: maximum))
  }
}

/// Checking.
extension StateRules {
  /// Whether what was there before has to be known to check a change of an address.
  func needPast(of address: StateAddress) -> Bool {
    monotonics.contains { $0.pattern.matches(address) }
  }

  /// Refuses an object that goes backwards from what was there.
  func checkDirection(
    of object: StateObject, at address: StateAddress, from old: StateObject
  ) throws(StateError) {
    for rule in monotonics where rule.pattern.matches(address) {
      guard let before = StateValue.object(old)[rule.member], before.isOrdered else {
        continue
      }
      let after = StateValue.object(object)[rule.member]
      if let after, after.isAtLeast(before) { continue }
      let member = rule.member.parts.joined(separator: ".")
      throw StateError(
        .goesBackwards(member: rule.member, from: before, to: after),
        "\(member) would go from \(before) to \(after?.description ?? "nothing"), and it is declared"
          + " never to go backwards; if that is what you want, write it through `unguarded`",
        address: address, path: rule.member.parts)
    }
  }

  /// Refuses an object that is too large; returns the limit that it is near, with its size.
  func checkSize(
    of object: StateObject, at address: StateAddress
  ) throws(StateError) -> SizeNotice? {
    var byteCount: Int?
    var notice: SizeNotice?
    for limit in sizeLimits where limit.pattern.matches(address) {
      let size = if let byteCount { byteCount } else { try object.storedByteCount(at: address) }
      byteCount = size
      if size > limit.maximumByteCount {
        throw StateError(
          .tooLarge,
          "the object would have \(size) bytes, and its limit is \(limit.maximumByteCount): keep what"
            + " grows elsewhere, or raise the limit", address: address)
      }
      let isNear = size >= limit.warningByteCount
      if notice == nil || isNear {
        notice = SizeNotice(
          address: address, byteCount: size, limit: limit.maximumByteCount, isNear: isNear)
      }
    }
    return notice
  }

  /// The size of an object that a limit is about.
  struct SizeNotice: Sendable {
    let address: StateAddress
    let byteCount: Int
    let limit: Int
    /// Whether it is to be told of.
    let isNear: Bool
  }
}

extension StateObject {
  fileprivate func storedByteCount(at address: StateAddress) throws(StateError) -> Int {
    var bytes: [UInt8] = []
    try appendValue(to: &bytes, at: address)
    return bytes.count
  }
}

extension StateValue {
  /// Whether there is an order among values of its kind.
  fileprivate var isOrdered: Bool {
    switch self {
    case .int, .double, .string: true
    case .null, .bool, .array, .object: false
    }
  }

  /// Whether it is of the same kind as another and does not come before it.
  fileprivate func isAtLeast(_ other: StateValue) -> Bool {
    switch (self, other) {
    case (.int(let new), .int(let old)): new >= old
    case (.double(let new), .double(let old)): new >= old
    case (.int(let new), .double(let old)): !Self.isLess(new, old)
    case (.double(let new), .int(let old)): !Self.isLess(new, old)
    case (.string(let new), .string(let old)): !new.utf8.lexicographicallyPrecedes(old.utf8)
    default: false
    }
  }

  /// Exactly, where a conversion would round: both kinds compare with one another by value.
  private static func isLess(_ left: Int64, _ right: Double) -> Bool {
    let whole = right.rounded(.down)
    guard let floor = Int64(exactly: whole) else { return right > 0 }
    return left < floor || (left == floor && right > whole)
  }

  private static func isLess(_ left: Double, _ right: Int64) -> Bool {
    let whole = left.rounded(.down)
    guard let floor = Int64(exactly: whole) else { return left < 0 }
    return floor < right
  }
}
