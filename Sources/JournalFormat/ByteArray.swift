/// Arrays of bytes that are used again and again, with the memory that they have.
extension [UInt8] {
  package mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Appends so many zeros: as one piece, and not one by one as a sequence of them would be wherever
  /// the compiler has not been asked to optimize.
  package mutating func append(zeros: Int) {
    append(addingCapacity: zeros) { output in output.append(repeating: 0, count: zeros) }
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
      append(zeros: newCount - count)
    }
  }
}
