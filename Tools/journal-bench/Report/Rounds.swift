/// Repeated measurements of one thing.
struct Rounds: Sendable {
  private var values: [Double] = []

  mutating func add(_ value: Double) { values.append(value) }

  /// The middle one: a disturbed round does not move it.
  var median: Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var lowest: Double { values.min() ?? 0 }
  var highest: Double { values.max() ?? 0 }
}
