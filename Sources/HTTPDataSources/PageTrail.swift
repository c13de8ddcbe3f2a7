/// The pages that a reader has come by, to notice when they lead in a circle.
///
/// The first 65,536 of them are remembered, by their hashes, so that a circle is noticed before a row is
/// taken twice in one run, and memory stays below some 1.5 MiB. What lies behind those, and what earlier
/// runs have read, is for the ``PageLandmark`` of the position.
struct PageTrail {
  private static let rememberedCount = 1 << 16

  /// Hashes have another seed in each process, so that two pages that are taken for one are told apart
  /// in the next run.
  private var hashes: Set<Int> = []

  /// Notes that a page comes next; false when it did so before.
  mutating func visit(_ address: String) -> Bool {
    let hash = address.hashValue
    if hashes.contains(hash) { return false }
    if hashes.count < Self.rememberedCount { hashes.insert(hash) }
    return true
  }
}
