import JournalFormat

/// Where an append of records that were written elsewhere must be synced on its way.
///
/// The records carry word of what was durable where they come from, which recovery takes for proof:
/// a later one that reaches the disk before an earlier one would make a torn copy look like damage.
/// So whatever a record vouches for is durable in the copy before the record is written.
struct TailAppend {
  /// Beyond so many syncs it is cheaper to write the file anew and to put it in place by a rename.
  static let maximumCutCount = 32

  /// Where to sync before going on, ascending.
  private(set) var cuts: [Int64] = []
  private let start: Int64
  private var groupFirst: LogSequenceNumber?

  /// An append at an offset; what is before it is durable in the copy.
  init(from start: Int64) { self.start = start }

  /// Adds the next record of the file.
  mutating func add(_ header: RecordHeader, at offset: Int64) {
    guard offset >= start else { return }
    guard let first = groupFirst else {
      groupFirst = header.sequence
      return
    }
    guard header.durableThrough >= first else { return }
    groupFirst = header.sequence
    if cuts.count <= Self.maximumCutCount { cuts.append(offset) }
  }
}
