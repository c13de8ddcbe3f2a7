import JournalFormat

/// Names as short hashes that are the same in every archive of one store, so that a report can be
/// followed without knowing what anything is called.
///
/// SipHash-2-4 (Aumasson and Bernstein, 2012) keyed with the store's identity. Who has the archive can
/// test a guess; a name cannot be read back from its hash.
struct StableNames {
  private let key: (low: UInt64, high: UInt64)

  init(_ store: StoreIdentity?) {
    key = (store?.low ?? 0, store?.high ?? 0)
  }

  /// "#3f0a91c2d4e5b678".
  func hash(_ bytes: [UInt8]) -> String {
    let digits = String(sum(bytes), radix: 16)
    return "#" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  func hash(_ text: String) -> String { hash(Array(text.utf8)) }

  private struct Lanes {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    var d: UInt64

    mutating func round() {
      a &+= b
      b = rotate(b, 13) ^ a
      a = rotate(a, 32)
      c &+= d
      d = rotate(d, 16) ^ c
      a &+= d
      d = rotate(d, 21) ^ a
      c &+= b
      b = rotate(b, 17) ^ c
      c = rotate(c, 32)
    }

    mutating func take(_ word: UInt64) {
      d ^= word
      round()
      round()
      a ^= word
    }

    private func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
      word << count | word >> (64 - count)
    }
  }

  func sum(_ bytes: [UInt8]) -> UInt64 {
    var lanes = Lanes(
      a: key.low ^ 0x736f_6d65_7073_6575, b: key.high ^ 0x646f_7261_6e64_6f6d,
      c: key.low ^ 0x6c79_6765_6e65_7261, d: key.high ^ 0x7465_6462_7974_6573)
    var word: UInt64 = 0
    for (index, byte) in bytes.enumerated() {
      word |= UInt64(byte) << UInt64(index % 8 * 8)
      if index % 8 == 7 {
        lanes.take(word)
        word = 0
      }
    }
    lanes.take(word | UInt64(bytes.count & 0xFF) << 56)
    lanes.c ^= 0xFF
    for _ in 0..<4 { lanes.round() }
    return lanes.a ^ lanes.b ^ lanes.c ^ lanes.d
  }
}
