public import JournalEngine
public import JournalFormat

/// When commits were made, as far as the log tells, in bounded memory: of a long log, those of the
/// newest million commits.
public struct CommitTimes: Sendable {
  private static let maximumCount = 1 << 20

  /// Times of the commits from `first` on, in nanoseconds since 1970.
  private var times: [Int64] = []
  private var first = LogSequenceNumber.zero

  fileprivate init(
    _ inspector: JournalInspector, through last: LogSequenceNumber,
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

  /// When the commit that wrote a version was made, in nanoseconds since 1970 (UTC); `nil` where the log
  /// does not say.
  public subscript(version: StateVersion) -> Int64? {
    guard version.number >= first.rawValue else { return nil }
    let index = version.number - first.rawValue
    return index < UInt64(times.count) ? times[Int(index)] : nil
  }
}

extension JournalInspector {
  /// Reads when commits were made, of those that are left in the log: what a listing shows beside the
  /// version of each object.
  ///
  /// - Parameters:
  ///   - last: the last commit that is of interest; the last one there is when it is `nil`.
  ///   - onProgress: called about once per mebibyte of log.
  /// - Throws: as ``status(isExact:)``. What is damaged is passed over.
  /// - Complexity: O(bytes of log); memory is eight bytes for each of at most a million commits.
  public func commitTimes(
    through last: LogSequenceNumber? = nil, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> CommitTimes {
    let last = if let last { last } else { try sequence(at: .last) }
    return try CommitTimes(self, through: last, onProgress: onProgress)
  }
}
