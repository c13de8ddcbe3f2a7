/// Sums of numbers that others decide, such as the sizes of files: a sparse file of any size takes no
/// room on the disk, so what a few of them add up to need not fit.
extension FixedWidthInteger {
  /// The sum, or the nearest number there is.
  @inlinable
  package func adding(clamping other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// Adds as much as there is room for.
  @inlinable
  package mutating func add(clamping other: Self) { self = adding(clamping: other) }
}

extension Sequence {
  /// The sum over all elements, or the nearest number there is.
  package func clampedSum<Number: FixedWidthInteger>(of number: (Element) -> Number) -> Number {
    reduce(0) { $0.adding(clamping: number($1)) }
  }
}
