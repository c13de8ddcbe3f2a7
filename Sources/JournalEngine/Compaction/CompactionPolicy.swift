/// Which snapshots a compaction merges with what changed since.
///
/// Size-tiered: a snapshot is merged when what is to be written anyway is at least half its size.
/// Each byte is then rewritten O(log(state / tail)) times, and no more than a bounded number of runs
/// lie on top of the base.
package enum CompactionPolicy {
  /// How many of the newest snapshots to merge.
  ///
  /// - Parameters:
  ///   - byteCounts: sizes of the chain's files, oldest first.
  ///   - changedByteCount: size of what changed since the chain's end.
  package static func mergeCount(
    byteCounts: [Int64], changedByteCount: Int64, maximumRunCount: Int, isFull: Bool
  ) -> Int {
    if isFull || maximumRunCount == 0 { return byteCounts.count }
    var count = 0
    var total = changedByteCount
    for byteCount in byteCounts.reversed() {
      // Beside the base and the new file, so many may stay.
      let stays = byteCounts.count - count - 1
      guard total >= byteCount / 2 || stays >= maximumRunCount else { break }
      total += byteCount
      count += 1
    }
    return count
  }
}
