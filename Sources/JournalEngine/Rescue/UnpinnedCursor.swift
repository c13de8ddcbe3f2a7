/// Walks a state without what pins earlier commits in it (``CommitPins``): a new beginning reaches back to
/// none of them, and must not name what it cannot give.
///
/// That holds for each pin, whichever commit the state is of: it names one before the commit that made it.
final class UnpinnedCursor: EntryCursor {
  private let entries: any EntryCursor
  private let pins: CommitPins?
  /// The keys of the pins that were passed over.
  private(set) var dropped: [[UInt8]] = []

  init(_ entries: any EntryCursor, without pins: CommitPins?) {
    self.entries = entries
    self.pins = pins
  }

  func next(into entry: inout Entry) throws(JournalError) -> Bool {
    while try entries.next(into: &entry) {
      guard let pins, entry.key.starts(with: pins.prefix), pins.sequence(entry) != nil else {
        return true
      }
      dropped.append(entry.key)
    }
    return false
  }
}
