/// Arrays of bytes that are used again and again, with the memory that they have.
extension [UInt8] {
  package mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Becomes the same as `bytes`.
  package mutating func replaceAll(with bytes: Span<UInt8>) { replaceAll(behind: 0, with: bytes) }

  /// Keeps the first bytes and puts others behind them.
  package mutating func replaceAll(behind kept: Int, with bytes: Span<UInt8>) {
    guard count == kept + bytes.count else {
      removeLast(count - kept)
      append(bytes)
      return
    }
    // Nearly all keys and values are as long as the ones before, and fitting the length takes as long
    // as all the rest.
    unsafe withUnsafeMutableBytes { target in
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[kept...])
      unsafe bytes.withUnsafeBytes { unsafe rest.copyMemory(from: $0) }
    }
  }

  /// Becomes so many bytes long; what they are is left open.
  package mutating func resize(to newCount: Int) {
    if newCount < count {
      removeLast(count - newCount)
    } else if newCount > count {
      // No more memory than that: growth for what may be appended later is not wanted.
      reserveCapacity(newCount)
      append(contentsOf: repeatElement(0, count: newCount - count))
    }
  }
}
