#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The order of keys: bytewise, a prefix before what it begins.
extension Span<UInt8> {
  /// Below zero when these bytes come before `other`, zero when they are equal, else above zero.
  package func order(comparedTo other: Span<UInt8>) -> Int {
    let shared = Swift.min(count, other.count)
    let difference = unsafe withUnsafeBytes { mine in
      unsafe other.withUnsafeBytes { theirs in
        guard shared > 0, let left = mine.baseAddress, let right = theirs.baseAddress else {
          return Int32(0)
        }
        return unsafe memcmp(left, right, shared)
      }
    }
    return difference != 0 ? Int(difference) : count - other.count
  }

  /// How many bytes both begin with.
  package func sharedPrefixCount(with other: Span<UInt8>) -> Int {
    let limit = Swift.min(count, other.count)
    var shared = 0
    while shared <= limit - 8 {
      let difference = loadUInt64(at: shared) ^ other.loadUInt64(at: shared)
      if difference != 0 { return shared + difference.trailingZeroBitCount / 8 }
      shared += 8
    }
    while shared < limit, self[shared] == other[shared] { shared += 1 }
    return shared
  }

  /// Whether these bytes begin with `prefix`.
  package func begins(with prefix: Span<UInt8>) -> Bool {
    count >= prefix.count && extracting(0..<prefix.count).order(comparedTo: prefix) == 0
  }
}
