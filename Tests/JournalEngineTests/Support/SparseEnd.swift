/// What makes a file longer than it is: zeros that nobody keeps, and perhaps some bytes at the very end.
struct SparseEnd: Sendable {
  /// The size that the file has with it.
  var byteCount: Int64
  var last: [UInt8] = []

  private var lastOffset: Int64 { byteCount - Int64(last.count) }

  /// Reads from a place behind what the file holds.
  func read(into buffer: inout [UInt8], range: Range<Int>, at offset: Int64) -> Int {
    guard offset < byteCount else { return 0 }
    let isHole = offset < lastOffset
    let end = isHole ? lastOffset : byteCount
    let count = Int(min(Int64(range.count), end - offset))
    for index in 0..<count {
      buffer[range.lowerBound + index] = isHole ? 0 : last[Int(offset - lastOffset) + index]
    }
    return count
  }

  /// Where the next bytes lie that are no hole, from a place behind what the file holds.
  func startOfData(from offset: Int64) -> Int64? {
    offset >= byteCount || last.isEmpty ? nil : max(offset, lastOffset)
  }
}
