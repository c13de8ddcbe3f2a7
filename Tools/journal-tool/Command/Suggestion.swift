/// The word that somebody probably meant.
enum Suggestion {
  /// The nearest of `candidates`, if it is near: at most a third of its letters differ, or it begins
  /// with what was typed.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let typed = Array(word.utf8)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(typed, Array(candidate.utf8))
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    // Two letters of which one is right are anything.
    if let best, typed.count > 2, best.distance <= max(1, best.candidate.utf8.count / 3) {
      return best.candidate
    }
    return typed.count < 2 ? nil : candidates.first { $0.hasPrefix(word) }
  }

  /// Insertions, removals, replacements and swaps of neighbours that turn one word into the other
  /// (optimal string alignment). O(product of the lengths), so long words are compared by their
  /// beginnings.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    let (left, right) = (left.prefix(32), right.prefix(32))
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, one) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var cost = min(last[column + 1], current[column]) + 1
        cost = min(cost, last[column] + (one == other ? 0 : 1))
        if row > 0, column > 0, one == right[column - 1], left[row - 1] == other {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
