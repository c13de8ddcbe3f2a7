/// A hash of keys, different in every table and every process: whoever chooses the keys cannot know
/// which of them fall together. It never reaches the disk.
///
/// The construction is that of wyhash (Wang Yi, public domain): sixteen bytes at a time are mixed by
/// one 64 by 64 bit multiplication whose halves are folded. Both factors are masked by secrets, so
/// that nobody can aim at a factor of zero.
package struct KeyHash {
  private let firstSecret = UInt64.random(in: .min ... .max)
  private let secondSecret = UInt64.random(in: .min ... .max)
  private let thirdSecret = UInt64.random(in: .min ... .max)

  package init() {}

  /// The hash of `key`, below `UInt32.max`.
  package func callAsFunction(_ key: Span<UInt8>) -> UInt32 {
    let count = key.count
    var state = thirdSecret
    let first: UInt64
    let last: UInt64
    if count >= 8 {
      var offset = 0
      while offset < count - 16 {
        let left = key.word(at: offset)
        let right = key.word(at: offset + 8)
        state = mix(left ^ firstSecret, right ^ state)
        offset += 16
      }
      first = key.word(at: max(count - 16, 0))
      last = key.word(at: count - 8)
    } else {
      var gathered: UInt64 = 0
      for offset in 0..<count { gathered = gathered << 8 | UInt64(key[offset]) }
      first = gathered
      last = 0
    }
    let mixed = mix(first ^ secondSecret, last ^ state)
    let hash = UInt32(mix(mixed ^ firstSecret, UInt64(count) ^ secondSecret) >> 32)
    return min(hash, .max - 1)
  }

  private func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
