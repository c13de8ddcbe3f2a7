/// Reads acknowledgements from what a workload prints, in whatever pieces it comes.
package struct AcknowledgementReader: Sendable {
  /// The numbers acknowledged so far: consecutive, or the reading has failed.
  package private(set) var numbers: ClosedRange<UInt64>?
  /// The line looked at last.
  package private(set) var lastLine = ""
  private var partial: [UInt8] = []

  package init() {}

  /// Takes more output; returns false when a line is no acknowledgement, or not the next one.
  package mutating func read(_ bytes: [UInt8]) -> Bool {
    for byte in bytes {
      guard byte == UInt8(ascii: "\n") else {
        partial.append(byte)
        continue
      }
      lastLine = String(decoding: partial, as: UTF8.self)
      partial.removeAll(keepingCapacity: true)
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
