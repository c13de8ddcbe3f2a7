/// Reads acknowledgements from what a workload prints, in whatever pieces it comes.
package struct AcknowledgementReader: Sendable {
  /// The numbers acknowledged so far: consecutive, or the reading has failed.
  package private(set) var numbers: ClosedRange<UInt64>?
  /// How many updates the workload said to be refused by a full disk.
  package private(set) var refusalCount = 0
  /// The update that was refused last.
  package private(set) var lastRefusal: UInt64?
  /// The line looked at last.
  package private(set) var lastLine = ""
  private var partial: [UInt8] = []

  package init() {}

  /// How many updates are acknowledged.
  package var count: UInt64 { UInt64(numbers?.count ?? 0) }

  /// Takes more output; returns false when a line is no acknowledgement, or not the next one.
  package mutating func read(_ bytes: [UInt8]) -> Bool {
    for byte in bytes {
      guard byte == UInt8(ascii: "\n") else {
        partial.append(byte)
        continue
      }
      lastLine = String(decoding: partial, as: UTF8.self)
      partial.removeAll(keepingCapacity: true)
      if lastLine.hasPrefix("FULL "), let number = UInt64(lastLine.dropFirst(5)) {
        // Refused after it was acknowledged: one of the two was a lie.
        if let numbers, number <= numbers.upperBound { return false }
        refusalCount += 1
        lastRefusal = number
        continue
      }
      guard lastLine.hasPrefix("ACK "), let number = UInt64(lastLine.dropFirst(4)) else {
        return false
      }
      if let numbers {
        guard number == numbers.upperBound + 1 else { return false }
        self.numbers = numbers.lowerBound...number
      } else {
        numbers = number...number
      }
    }
    return true
  }
}
