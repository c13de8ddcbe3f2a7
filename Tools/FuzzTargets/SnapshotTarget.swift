import JournalEngine
import JournalFormat

/// The reader of snapshots: walks, look-ups and the full check agree, and what is sound can be
/// written again.
struct SnapshotTarget: FuzzTarget {
  let name = "snapshot"
  let seeds = SnapshotInput.seeds
  let tokens: [[UInt8]] = [
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0, 1, 1, 0, 0x6B], [0x80, 0],
    SnapshotFooter.magic, SnapshotHeader.magic,
  ]

  func repair(_ input: inout [UInt8]) { SnapshotInput.repair(&input) }

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    let directory = MemoryDirectory([SnapshotInput.name: input])
    let reader: SnapshotReader
    do {
      reader = try SnapshotReader(opening: SnapshotInput.name, in: directory)
    } catch {
      return try refuse(error, input, &behaviour)
    }
    behaviour.note("opened")
    let verification = reader.verify()
    behaviour.note(magnitude: verification.damages.count)
    behaviour.note(magnitude: verification.entryCount)
    if let error = verification.damages.first?.error { behaviour.note(error.caseName) }
    if let error = verification.summaryError { behaviour.note(error.caseName) }

    let (entries, failure) = collect(reader)
    behaviour.note(magnitude: entries.count)
    for (left, right) in zip(entries, entries.dropFirst()) {
      try FuzzViolation.unless(
        left.key.lexicographicallyPrecedes(right.key), "\(right.key) behind \(left.key)")
    }
    let keys: [[UInt8]] =
      entries.prefix(64).map(\.key) + [[], [0x6B], [0xFF], Array(input.suffix(9))]
    for key in keys { _ = try? reader.lookup(key.span) }
    guard verification.isSound else { return }
    if let failure { throw FuzzViolation("sound, and a walk ends with \(failure)") }
    try FuzzViolation.unless(
      entries.count == verification.entryCount, "a walk shows \(entries.count) entries")
    try compare(reader, entries)
    try encodeAgain(reader, entries)
  }

  private func refuse(
    _ error: JournalError, _ input: [UInt8], _ behaviour: inout Behaviour
  ) throws(FuzzViolation) {
    behaviour.note(error.caseName)
    switch error.reason {
    case .damage, .newerFormat: break
    default: throw FuzzViolation("neither damage nor a newer format: \(error)")
    }
    try FuzzViolation.unless(
      0...Int64(input.count) ~= error.offset ?? -1, "an error without its place: \(error)")
  }

  private func collect(_ reader: SnapshotReader) -> ([Entry], JournalError?) {
    var entries: [Entry] = []
    let cursor = reader.cursor()
    var entry = Entry()
    do throws(JournalError) {
      while try cursor.next(into: &entry) { entries.append(entry) }
      return (entries, nil)
    } catch {
      return (entries, error)
    }
  }

  /// Each entry of a sound file is what a look-up of its key finds.
  private func compare(_ reader: SnapshotReader, _ entries: [Entry]) throws(FuzzViolation) {
    for entry in entries {
      let expected: Lookup = entry.isRemoval ? .removed : .value(entry.value, entry.sequence)
      let found = try? reader.lookup(entry.key.span)
      try FuzzViolation.unless(
        found == expected, "a look-up of \(entry.key) finds \(String(describing: found))")
    }
  }

  /// What a sound file holds can be written into another one and comes back equal.
  private func encodeAgain(_ reader: SnapshotReader, _ entries: [Entry]) throws(FuzzViolation) {
    let range = reader.summary
    var encoder = SnapshotEncoder(
      header: SnapshotHeader(
        identity: range.identity, from: range.from, to: range.to, salt: 9, createdAt: 2,
        historyBefore: range.historyBefore, historyThrough: range.historyThrough),
      removedPrefixes: reader.removedPrefixes)
    // A base with a removal in it cannot be written, but may be read: it removes what is not there.
    if range.from == .zero, entries.contains(where: \.isRemoval) { return }
    for entry in entries {
      encoder.append(
        key: entry.key.span, value: entry.value.span, isRemoval: entry.isRemoval,
        sequence: entry.sequence)
    }
    _ = encoder.finish()
    let directory = MemoryDirectory([SnapshotInput.name: encoder.output])
    let again = try? SnapshotReader(opening: SnapshotInput.name, in: directory)
    try FuzzViolation.unless(
      again.map { collect($0).0 } == entries, "written again, it holds something else")
  }
}

extension JournalError {
  /// What happened, without its place.
  var caseName: String {
    switch reason {
    case .damage(let kind): kind.rawValue + detail.prefix { !$0.isNumber }
    case .newerFormat: "newer format"
    default: "other"
    }
  }
}
