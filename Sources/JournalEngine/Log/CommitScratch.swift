import JournalFormat

/// Where commits that wait for nobody are encoded, one at a time. It keeps its memory, so that they
/// allocate none.
struct CommitScratch: Sendable {
  private static let largestKept = 1 << 20

  var bytes: [UInt8] = []

  /// Makes it empty.
  mutating func clear() {
    if bytes.capacity > Self.largestKept { bytes = [] }
    bytes.removeAll(keepingCapacity: true)
  }
}
