import JournalFormat
import StorageSimulator

/// Segments, snapshots and a watermark of a history, and of another one that went on from a copy of
/// it, put together by chance.
struct MixedFiles {
  private(set) var files: [String: [UInt8]] = [:]
  /// How many commits there were.
  let count: UInt64
  /// The first commit in which the copy is another one.
  private let fork: UInt64
  /// How many of a hundred files are of the copy.
  private let copyShare: UInt64
  private var random: SeededGenerator

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    count = .random(in: 3...14, using: &random)
    fork = .random(in: 1...count, using: &random)
    copyShare = [0, 0, 20].randomElement(using: &random) ?? 0
    addSegments()
    addSnapshots()
    addWatermark()
  }

  // MARK: What there was

  private func value(_ number: UInt64, isCopy: Bool) -> String {
    (isCopy && number >= fork ? "w" : "v") + String(number)
  }

  private func changes(_ number: UInt64, isCopy: Bool) -> [StoreChange] {
    var changes: [StoreChange] = [.put("k\(number)", value(number, isCopy: isCopy))]
    if number % 3 == 0 { changes.insert(.remove("k\(number - 2)"), at: 0) }
    if number % 5 == 0 { changes.insert(.removePrefix("k1"), at: 0) }
    if number % 4 == 0 { changes.append(.put("k1", value(number, isCopy: isCopy))) }
    return changes
  }

  /// Whether a commit has ever put a value under a key.
  func hadValue(_ value: String, for key: String) -> Bool {
    (1...count).contains { number in
      [true, false].contains { changes(number, isCopy: $0).contains(.put(key, value)) }
    }
  }

  /// The state after a commit, here and in the copy.
  func states(after sequence: LogSequenceNumber) -> [StoreState] {
    [false, true].map { isCopy in
      (0..<sequence.rawValue).reduce(into: StoreState()) { state, number in
        state.apply(changes(number + 1, isCopy: isCopy))
      }
    }
  }

  private func append(
    _ numbers: Range<UInt64>, to segment: inout SegmentBuilder, durableThrough: UInt64?,
    isCopy: Bool
  ) {
    for number in numbers {
      segment.append(changes(number, isCopy: isCopy), durableThrough: durableThrough)
    }
  }

  /// A segment that ends before the given commit, for what its commits sum up to.
  private func log(before number: UInt64, isCopy: Bool) -> SegmentBuilder {
    var segment = SegmentBuilder()
    append(1..<number, to: &segment, durableThrough: nil, isCopy: isCopy)
    return segment
  }

  // MARK: What there is

  private mutating func number(_ range: ClosedRange<UInt64>) -> UInt64 {
    .random(in: range, using: &random)
  }

  private mutating func happens(_ percent: UInt64) -> Bool { number(1...100) <= percent }

  private mutating func addSegments() {
    var first: UInt64 = happens(70) ? 1 : number(1...count)
    var salt: UInt64 = 0
    while first <= count {
      let next = min(count, first + number(0...4)) + 1
      let isCopy = happens(copyShare)
      let previous = happens(97) ? salt : number(0...9)
      salt = number(1...1000)
      var segment = SegmentBuilder(first: first, salt: salt, previousSalt: previous)
        .following(log(before: first, isCopy: isCopy))
      let end = happens(4) ? number(first...next) : next
      append(first..<end, to: &segment, durableThrough: happens(20) ? 0 : nil, isCopy: isCopy)
      if happens(10) { segment.appendZeros(Int(number(1...200))) }
      if happens(8) { segment.flipBit(at: Int(number(0...UInt64(segment.bytes.count - 1)))) }
      if happens(5) { segment.cut(Int(number(1...UInt64(segment.bytes.count)))) }
      if happens(4) { segment.appendRaw([1, 2, 3]) }
      if happens(92) { files[segment.name] = segment.bytes }
      first = next
    }
    guard happens(30) else { return }
    let segment = SegmentBuilder(first: count + 1, salt: 7, previousSalt: salt)
      .following(log(before: count + 1, isCopy: happens(copyShare)))
    files[segment.name] = happens(80) ? segment.bytes : Array(segment.bytes.prefix(40))
  }

  private mutating func addSnapshots() {
    for _ in 0..<number(0...5) {
      let after = happens(50) ? 0 : number(0...(count - 1))
      let through = number((after + 1)...count)
      let isCopy = happens(copyShare)
      let content = Self.content(
        (after + 1...through).map { ($0, changes($0, isCopy: isCopy)) }, isBase: after == 0)
      var encoder = SnapshotEncoder(
        header: SnapshotHeader(
          identity: SegmentBuilder.store, from: LogSequenceNumber(after),
          to: LogSequenceNumber(through), salt: number(1...1000), createdAt: 0,
          historyBefore: log(before: after + 1, isCopy: isCopy).history,
          historyThrough: log(before: through + 1, isCopy: isCopy).history),
        removedPrefixes: content.removedPrefixes)
      for (key, last) in content.entries.sorted(by: { $0.key < $1.key }) {
        encoder.append(
          key: Array(key.utf8).span, value: Array((last.value ?? "").utf8).span,
          isRemoval: last.value == nil, sequence: LogSequenceNumber(last.sequence))
      }
      _ = encoder.finish()
      var bytes = encoder.output
      if happens(15) { bytes[Int(number(0...UInt64(bytes.count - 1)))] ^= 1 }
      files[snapshotName(after: after, through: through)] = bytes
    }
  }

  /// What a snapshot of commits says of each key, and what it hides in older ones.
  private static func content(
    _ commits: [(number: UInt64, changes: [StoreChange])], isBase: Bool
  ) -> (entries: [String: (value: String?, sequence: UInt64)], removedPrefixes: RemovedPrefixes) {
    var entries: [String: (value: String?, sequence: UInt64)] = [:]
    var prefixes: [[UInt8]] = []
    for (number, changes) in commits {
      for change in changes {
        switch change {
        case .put(let key, let value): entries[key] = (value, number)
        case .remove(let key): entries[key] = (nil, number)
        case .removePrefix(let prefix):
          entries = entries.filter { !$0.key.hasPrefix(prefix) }
          prefixes.append(Array(prefix.utf8))
        }
      }
    }
    if isBase { entries = entries.filter { $0.value.value != nil } }
    return (entries, isBase ? RemovedPrefixes() : RemovedPrefixes(prefixes))
  }

  private mutating func addWatermark() {
    switch number(0...5) {
    case 0: break
    case 1:
      files["WATERMARK"] = Watermark.bytes(number(0...(count + 1)), isNextSegmentBegun: true)
    case 2:
      var bytes = Watermark.bytes(count)
      bytes[Int(number(0...63))] ^= 1
      files["WATERMARK"] = bytes
    default: files["WATERMARK"] = Watermark.bytes(number(0...count))
    }
  }
}
