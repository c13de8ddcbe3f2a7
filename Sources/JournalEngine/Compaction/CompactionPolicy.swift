import FileIO

/// Which snapshots a compaction merges with what changed since.
///
/// Two rules. The base is rewritten when what lies on top of it has grown as large as it is: the
/// bytes that this writes are then no more than those that changed. Until then runs stay as they
/// are, so long as there are not too many; then those are merged that cost the least bytes for each
/// file that goes. So runs of one size are merged all at once, which writes each byte once for many
/// runs, and few times however large the base is.
package enum CompactionPolicy {
  /// How many of the newest snapshots to merge.
  ///
  /// - Parameters:
  ///   - base: size of the base; `nil` when there is none, or it is to stay as it is.
  ///   - runs: sizes of the runs on top of it, oldest first.
  ///   - changedByteCount: size of what changed since the chain's end.
  ///   - maximumRunCount: how many runs may lie on the base afterwards.
  ///   - rewriteShare: how many times the size of the base the runs have when it is rewritten.
  package static func mergeCount(
    base: Int64?, runs: [Int64], changedByteCount: Int64, maximumRunCount: Int,
    rewriteShare: Double
  ) -> Int {
    let total = changedByteCount.adding(clamping: runs.clampedSum { $0 })
    if let base {
      if maximumRunCount <= 0 || Double(total) >= Double(base) * rewriteShare {
        return runs.count + 1
      }
    }
    // More than one is too many where a merge has let them wait, or more were allowed before.
    let fewest = runs.count + 1 - max(maximumRunCount, 1)
    guard fewest > 0 else { return 0 }
    var count = 0
    var least = Double.infinity
    var byteCount = changedByteCount
    for (index, run) in runs.reversed().enumerated() {
      byteCount.add(clamping: run)
      let cost = Double(byteCount) / Double(index + 1)
      if index + 1 >= fewest, cost <= least { (count, least) = (index + 1, cost) }
    }
    return count
  }
}
