import StateJournal

extension StateValue {
  /// The value as a count of bytes, lines or rows, which positions add to; nil for what is none, or is
  /// so large that nobody counted it and adding to it could go past 64 bits.
  package var count: Int64? {
    guard let count = int, (0...1 << 60).contains(count) else { return nil }
    return count
  }
}
