import JournalEngine
import StateJournal

/// When commits were made, as far as the log tells, in bounded memory: of a long log, the newest.
struct CommitTimes {
  private static let maximumCount = 1 << 20

  /// Times of the commits from `first` on, in nanoseconds since 1970.
  private var times: [Int64] = []
  private var first = LogSequenceNumber.zero

  /// Reads the times of the commits that are left in the log.
  ///
  /// - Parameters:
  ///   - last: the last commit of the store.
  ///   - onProgress: called about once per mebibyte of log.
  init(
    _ inspector: JournalInspector, last: LogSequenceNumber,
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) {
    let start = last.rawValue - min(last.rawValue, UInt64(Self.maximumCount))
    var (times, first) = (times, first)
    try inspector.forEachRecordInPlace(
      in: LogSequenceNumber(start)...last, onProgress: onProgress
    ) { item, _ in
      guard case .record(let record) = item else { return true }
      let sequence = record.header.sequence
      // Behind a gap in the log it begins anew.
      if sequence.rawValue != first.rawValue &+ UInt64(times.count) {
        (times, first) = ([], sequence)
      }
      times.append(record.header.time)
      return true
    }
    (self.times, self.first) = (times, first)
  }

  /// When a commit was made; `nil` where the log does not say.
  subscript(version: StateVersion) -> Int64? {
    guard version.number >= first.rawValue else { return nil }
    let index = version.number - first.rawValue
    return index < UInt64(times.count) ? times[Int(index)] : nil
  }
}
