public import JournalEngine
import JournalFormat

extension JournalRescue {
  /// What ``undo(_:onProgress:)`` would take back: the commits behind the repair or the rewind. Of those
  /// that a compaction has taken from the log, what they put is named, and not what they removed. Takes
  /// no lock and writes nothing.
  ///
  /// Of a bundle that does not say where the store ended, every commit behind the first is named.
  ///
  /// - Parameters:
  ///   - bundle: its name in `quarantine/`, as the report of the repair gives it.
  ///   - onProgress: called about once per mebibyte of log.
  /// - Throws: as ``undo(_:onProgress:)``, which checks every byte of the bundle too.
  /// - Complexity: O(bytes of the bundle and of the log behind the repair), and O(state) where the log
  ///   does not reach back to it; memory is bounded by what opening would need.
  public func undoPlan(
    _ bundle: String, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RewindPlan {
    let through = try RepairUndo.check(bundle, in: try openDirectory())
    var commits = CommitsTakenBack(
      from: through, to: LogSequenceNumber(.max), tellingApart: Self.addressLimit)
    var last = through
    if through < LogSequenceNumber(.max) {
      do throws(JournalError) {
        let summary = try commits.noteRecords(inspector, onProgress: onProgress)
        let compacted = summary.compactedThrough ?? .zero
        last = max(through, summary.last ?? .zero, compacted)
        if compacted > through { try commits.noteCompacted(through: compacted, inspector) }
        try commits.noteRemoved(inspector)
      } catch {
        // What cannot be read is put back all the same: that is what an undoing is for.
        switch error.reason {
        case .damage, .unreachable, .notAStore, .io: commits.missSome()
        default: throw error
        }
      }
    }
    commits.end(with: last)
    return commits.plan
  }
}
