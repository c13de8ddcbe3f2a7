/// Repeated measurements of one thing.
struct Rounds: Sendable {
  private var values: [Double] = []

  init(_ values: [Double] = []) { self.values = values }

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
  var count: Int { values.count }
  var mean: Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

  func scaled(by factor: Double) -> Rounds { Rounds(values.map { $0 * factor }) }

  /// A time for each rate.
  func inverted(scale: Double) -> Rounds { Rounds(values.map { scale / $0 }) }

  /// Each round divided by the same round of another one; where they have not been measured in the
  /// same rounds, by its median.
  func ratios(to other: Rounds) -> Rounds {
    if values.count == other.values.count {
      return Rounds(zip(values, other.values).map { $0 / $1 })
    }
    let median = other.median
    return Rounds(values.map { $0 / median })
  }
}
