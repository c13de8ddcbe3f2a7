package import JournalFormat

/// Looks behind bad records for a later valid one that was written when the bad one was already
/// durable: the difference between a torn tail and damage.
///
/// What was found vouches for other records too. So a walk that goes on behind damage keeps the search,
/// and a segment with thousands of bad records is searched about as often as one with two. A record
/// that is there stays there, so it also counts when the file is looked at again.
package struct WitnessSearch {
  /// The record that was found, the one that vouches for most when there was more than one search.
  private var witness: RecordSearch.Found?
  /// The record that was asked about last.
  private var lastBad: LogSequenceNumber?
  private var search = RecordSearch(budgetFor: 0)

  package init() {}

  /// Whether there is one, or so many places looked like records without being any that the search was
  /// given up.
  ///
  /// Searches from `offset` (where the bad record begins) to the end of the file. The bad record's
  /// length is not believed, so every byte is a possible start; memory is bounded by one window,
  /// and the work by a fixed multiple of the bytes searched.
  package mutating func hasWitness(
    in reader: SegmentReader, from offset: Int64, bad: LogSequenceNumber
  ) throws(JournalError) -> Bool {
    if let witness, Self.vouches(witness, for: bad, at: offset, in: reader) { return true }
    // A search that was given up stays so: each later bad record counts as witnessed, also where a search
    // of its own would find none. That errs to the safe side: damage is reported where a tail might have
    // been cut.
    if search.isExhausted { return true }
    if lastBad == nil || lastBad == bad {
      search = RecordSearch(budgetFor: reader.fileByteCount - offset)
    }
    lastBad = bad
    let isFirst = witness == nil
    var best: RecordSearch.Found?
    _ = try search.first(in: reader, from: offset, notBefore: bad.next) { found in
      let durable = found.header.durableThrough
      guard durable >= bad, best.map({ $0.header.durableThrough <= durable }) ?? true else {
        return false
      }
      best = found
      return isFirst
    }
    witness = best ?? witness
    return best != nil || search.isExhausted
  }

  /// Whether a search from `offset` would pass over nothing but `witness` to answer.
  private static func vouches(
    _ witness: RecordSearch.Found, for bad: LogSequenceNumber, at offset: Int64,
    in reader: SegmentReader
  ) -> Bool {
    let sequence = witness.header.sequence
    return witness.offset >= offset && witness.header.durableThrough >= bad && sequence > bad
      && sequence <= RecordSearch.highest(from: bad.next, within: reader.fileByteCount - offset)
  }
}
