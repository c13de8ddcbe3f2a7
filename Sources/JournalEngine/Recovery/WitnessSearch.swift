package import JournalFormat

/// Looks behind a bad record for a later valid one that was written when the bad one was already
/// durable: the difference between a torn tail and damage.
package enum WitnessSearch {
  package enum Answer: Equatable, Sendable {
    case none
    case found(LogSequenceNumber)
    /// So many places looked like records without being any that the search was given up.
    case undetermined
  }

  /// Searches from `offset` (where the bad record begins) to the end of the file. The bad record's
  /// length is not believed, so every byte is a possible start; memory is bounded by one window,
  /// and the work by a fixed multiple of the bytes searched.
  package static func search(
    _ reader: SegmentReader, from offset: Int64, bad: LogSequenceNumber
  ) throws(JournalError) -> Answer {
    var search = RecordSearch(budgetFor: reader.fileByteCount - offset)
    let found = try search.first(in: reader, from: offset, notBefore: bad.next) {
      $0.durableThrough >= bad
    }
    if let found { return .found(found.header.sequence) }
    return search.isExhausted ? .undetermined : .none
  }
}
