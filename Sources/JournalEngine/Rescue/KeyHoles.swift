import JournalFormat

/// Parts of the space of keys that a damaged snapshot says nothing about: disjoint, in order.
package struct KeyHoles {
  package private(set) var ranges: [InspectionFinding.KeyRange] = []

  /// No holes.
  init() {}

  /// What parts cover together, which may overlap and stand in any order.
  package init(_ parts: [InspectionFinding.KeyRange]) {
    for part in parts.sorted(by: { $0.lowerBound.span.precedes($1.lowerBound.span) }) {
      if let last = ranges.last, !Self.ends(last.upperBound, before: part.upperBound) { continue }
      append(from: part.lowerBound, to: part.upperBound)
    }
  }

  /// Every key.
  static var everything: KeyHoles {
    var holes = KeyHoles()
    holes.append(from: [], to: nil)
    return holes
  }

  var isEmpty: Bool { ranges.isEmpty }

  /// Adds a hole behind all others: from a key on, up to one that is not in it; `nil` is no end.
  mutating func append(from lowerBound: [UInt8], to upperBound: [UInt8]?) {
    if let upperBound, !lowerBound.span.precedes(upperBound.span) { return }
    if let last = ranges.last, let end = last.upperBound, !end.span.precedes(lowerBound.span) {
      ranges[ranges.count - 1].upperBound = upperBound
      return
    }
    ranges.append(InspectionFinding.KeyRange(lowerBound: lowerBound, upperBound: upperBound))
  }

  /// Whether a key lies in one of them. Logarithmic in their number.
  func contains(_ key: Span<UInt8>) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      let start = ranges[middle].lowerBound
      if key.precedes(start.span) { high = middle } else { low = middle + 1 }
    }
    guard low > 0 else { return false }
    guard let end = ranges[low - 1].upperBound else { return true }
    return key.precedes(end.span)
  }

  /// What lies in holes of both.
  func intersection(_ other: KeyHoles) -> KeyHoles {
    var result = KeyHoles()
    var (left, right) = (ranges[...], other.ranges[...])
    while let one = left.first, let two = right.first {
      let start =
        one.lowerBound.span.precedes(two.lowerBound.span) ? two.lowerBound : one.lowerBound
      let leftEndsFirst = Self.ends(one.upperBound, before: two.upperBound)
      result.append(from: start, to: leftEndsFirst ? one.upperBound : two.upperBound)
      if leftEndsFirst { left.removeFirst() } else { right.removeFirst() }
    }
    return result
  }

  /// What lies in none of them.
  package var rest: [InspectionFinding.KeyRange] {
    var result = KeyHoles()
    var start: [UInt8]? = []
    for range in ranges {
      if let start { result.append(from: start, to: range.lowerBound) }
      start = range.upperBound
    }
    if let start { result.append(from: start, to: nil) }
    return result.ranges
  }

  private static func ends(_ one: [UInt8]?, before other: [UInt8]?) -> Bool {
    guard let one else { return false }
    guard let other else { return true }
    return one.span.precedes(other.span)
  }
}
