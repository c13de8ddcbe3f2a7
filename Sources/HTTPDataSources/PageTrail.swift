/// The pages that a reader has come by, to notice when they lead in a circle.
///
/// The first 65,536 of them are remembered, by their hashes, so that a circle is noticed before a row is
/// taken twice, and memory stays below some 1.5 MiB. Of those behind, one is remembered at a time, each
/// time twice as many pages later than before (Brent's algorithm): a circle out there is noticed as well,
/// after it was gone around at most a few times.
struct PageTrail {
  private static let rememberedCount = 1 << 16

  /// Hashes have another seed in each process, so that two pages that are taken for one are told apart
  /// in the next run.
  private var hashes: Set<Int> = []
  private var landmark: String?
  private var stepCount = 0
  private var stepCountToNextLandmark = 1

  /// Notes that a page comes next; false when it did so before.
  mutating func visit(_ address: String) -> Bool {
    let hash = address.hashValue
    if hashes.contains(hash) || landmark == address { return false }
    if hashes.count < Self.rememberedCount {
      hashes.insert(hash)
      return true
    }
    stepCount += 1
    if stepCount == stepCountToNextLandmark {
      landmark = address
      stepCount = 0
      stepCountToNextLandmark *= 2
    }
    return true
  }
}
