import StateJournal

/// Labels that a new beginning of a store has not, since it reaches back to no commit before.
enum DroppedLabels {
  /// How many are shown to people; JSON has them all.
  private static let shownCount = 20

  /// The names as people read them.
  static func text(_ names: [String]) -> String {
    let rest = names.count - shownCount
    return names.prefix(shownCount).map { Printable.text($0) }.joined(separator: ", ")
      + (rest > 0 ? " and \(Units.count(rest)) more" : "")
  }

  /// A line of its own behind what was done; nothing where there were none.
  static func line(_ names: [String]) -> String {
    names.isEmpty
      ? "" : "  without the labels, whose commits are out of reach there: \(text(names))\n"
  }
}

extension JSONLine {
  /// Adds the names of labels that go; nothing where none does.
  mutating func add(droppedLabels names: [String]) {
    if !names.isEmpty { add("dropped_labels", names) }
  }
}
