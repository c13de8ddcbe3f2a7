import JournalEngine
import JournalFormat

/// What damage must lead to, by the recovery table of `Durability.md`, worked out from the layout of
/// the sound store and not with the code that recovers.
enum RotExpectation: Equatable {
  /// The same state, and nothing to say about it.
  case same
  /// An error about damage.
  case damage
  /// The same state, or an error about damage: other files may stand in, and then it is said what
  /// they stand in for, where a snapshot is named.
  case sameOrDamage(saying: String? = nil)
  /// One of these states, or an error about damage.
  case damageOr([RotContent])
  /// The state after an earlier commit. Where bytes are left that are no record, it is reported as a
  /// torn tail at this offset.
  case prefix(UInt64, tornAt: Int?)
}

extension RotExpectation {
  /// The states that may come of it, beside an error.
  func states(in golden: GoldenStore) -> [RotContent] {
    switch self {
    case .same, .damage, .sameOrDamage: [golden.state]
    case .damageOr(let states): states + [golden.state]
    case .prefix(let sequence, _): [golden.state, golden.states[Int(sequence)]]
    }
  }
}

extension GoldenStore {
  /// What recovery must make of a file whose bytes were changed in place, cut or zeroed.
  func expectation(_ name: String, became bytes: [UInt8]) -> RotExpectation {
    guard let original = files[name], original != bytes else { return .same }
    switch FileName(name) {
    case .watermark: return .damage
    case .snapshot:
      // A filter holds no state, and look-ups do without one that is damaged.
      if isIntact(but: Self.filters(of: original), original, bytes) { return .same }
      return .sameOrDamage(saying: chain.contains(name) ? name : nil)
    case .segment:
      guard readSegments.contains(name) else { return .same }
      // A later segment begins only when the one before is complete and durable: all of it counts.
      return name == readSegments.last ? lastSegment(name, original, bytes) : .damage
    default: return .same
    }
  }

  private func lastSegment(
    _ name: String, _ original: [UInt8], _ bytes: [UInt8]
  ) -> RotExpectation {
    let records = records[name] ?? []
    let header = 0..<SegmentHeader.byteCount
    guard isIntact(header, original, bytes) else {
      // Nothing can have been acknowledged behind a header that never was.
      let isEmpty = bytes.dropFirst(header.upperBound).allSatisfy { $0 == 0 }
      let first = records.first?.sequence ?? lastSequence + 1
      if !isEmpty || watermark >= first || wasBegun(first) { return .damage }
      return first > lastSequence ? .same : .prefix(first - 1, tornAt: nil)
    }
    guard let bad = records.firstIndex(where: { !isIntact($0.range, original, bytes) }) else {
      // What lies behind the last record was torn before, or is not there.
      return .same
    }
    let sequence = records[bad].sequence
    if sequence <= watermark { return .damage }
    // A later record that is whole and says that this one was durable when it was written.
    let isWitnessed = records[(bad + 1)...].contains {
      $0.durableThrough >= sequence && isIntact($0.range, original, bytes)
    }
    if isWitnessed { return .damage }
    let start = records[bad].range.lowerBound
    let isClean = bytes.dropFirst(start).allSatisfy { $0 == 0 }
    return .prefix(sequence - 1, tornAt: isClean ? nil : start)
  }

  private func isIntact(_ range: Range<Int>, _ original: [UInt8], _ bytes: [UInt8]) -> Bool {
    range.upperBound <= bytes.count && original[range] == bytes[range]
  }

  /// Whether the bytes of a file of the same size differ nowhere but in a range.
  private func isIntact(
    but range: Range<Int>, _ original: [UInt8], _ bytes: [UInt8]
  ) -> Bool {
    original.count == bytes.count && original[..<range.lowerBound] == bytes[..<range.lowerBound]
      && original[range.upperBound...] == bytes[range.upperBound...]
  }

  /// Where the filters of a sound snapshot lie, as its footer says.
  private static func filters(of snapshot: [UInt8]) -> Range<Int> {
    let footer = snapshot.count - SnapshotFooter.byteCount
    let start = Int(snapshot.span.loadUInt64(at: footer + 104))
    return start..<Int(snapshot.span.loadUInt64(at: footer + 48))
  }

  /// What recovery must make of a file that is not there any more.
  func expectation(without name: String) -> RotExpectation {
    if name == FileName.watermark.text { return isTorn ? .damageOr([state]) : .same }
    guard name == readSegments.last else {
      if readSegments.contains(name) { return .damage }
      return chain.contains(name) ? .sameOrDamage() : .damageOr([state])
    }
    let first = records[name]?.first?.sequence ?? lastSequence + 1
    let hasPredecessor = files.keys.contains { $0.hasSuffix(".journal") && $0 < name }
    if !hasPredecessor || watermark >= first || wasBegun(first) { return .damage }
    // The segment before is complete, and nothing says that another was begun.
    return .damageOr([states[Int(first) - 1]])
  }

  /// Whether the watermark says that a segment was begun.
  private func wasBegun(_ first: UInt64) -> Bool { isNextSegmentBegun && watermark + 1 == first }

  /// Whether the store ends in bytes that are no record, so that its state is reported with them.
  var isTorn: Bool {
    guard let last = readSegments.last, let end = records[last]?.last?.range.upperBound else {
      return false
    }
    return end < files[last]?.count ?? 0
  }
}
