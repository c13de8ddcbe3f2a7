import FileIO
import JournalFormat

/// Commits that stay within reach, and how to make sure of what leads to them.
///
/// Of all ways to the state as of a commit one is kept, and others go with what nothing else needs. One
/// rotten block in a snapshot on that way, where nobody has read it, would then take the state with it.
/// So before a file goes that may be a part of another way, the snapshots on the one that stays are read,
/// every block, once for each file. Without pins, or where nothing would go, nothing is read.
struct PinnedCommits {
  var commits: Set<LogSequenceNumber> = []
  /// What has been read.
  var proof = SnapshotProof()
  /// How reading shares the device with commits.
  var pace = WriteOutPace { false }
  /// Whether the rest is read another time, after so many bytes of a file; until then, everything that
  /// may lead to the commits in question stays.
  var isEnough: (_ byteCount: Int64) -> Bool = { _ in false }

  /// The files that stay for them. Where a snapshot on the way to a commit is damaged, or not known not
  /// to be, that is everything that may lead there, the damaged one as well: it is what can be salvaged
  /// should nothing else serve.
  ///
  /// - Parameters:
  ///   - removable: what could go otherwise.
  ///   - isSound: reads a snapshot and says whether it is right; asked only where it matters.
  func files(
    _ listing: DirectoryListing, removable: Set<FileName>, isSound: (SnapshotRange) -> Bool
  ) -> Set<FileName> {
    // By name alone, as recovery chooses before it opens a file.
    let reach = ReachBack(listing, sound: Set(listing.snapshots))
    var kept = commits.reduce(into: Set<FileName>()) { $0.formUnion(reach.files(for: $1)) }
    // What stays for a later commit may be all that could go of an earlier one.
    var firstToGo = reach.firstUse(of: removable.subtracting(kept))
    for commit in commits.sorted(by: >) {
      guard let first = firstToGo, first <= commit else { continue }
      let way = reach.files(for: commit).sorted { $0.text < $1.text }
      let isCertain = way.allSatisfy { name in
        if case .snapshot(let range) = name { isSound(range) } else { true }
      }
      if isCertain { continue }
      kept.formUnion(reach.files(upTo: commit))
      firstToGo = reach.firstUse(of: removable.subtracting(kept))
    }
    return kept
  }
}
