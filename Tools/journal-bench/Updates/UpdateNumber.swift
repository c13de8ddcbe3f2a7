import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Who made an update, and which one of theirs it was: carried by the value, so that a store can be
/// checked afterwards. Which stream it went to follows from both.
struct UpdateNumber: Equatable, Sendable {
  /// The writer that fills a store at first: its update n goes to stream n.
  static let filler = UInt64(1) << 20
  /// A writer that visits each stream once, in no obvious order.
  static let visitor = filler + 1
  /// A writer that prefers few streams: the n-th of them gets every n-th part of what the first one
  /// gets (Zipf), and they are spread over all keys.
  static let skewed = filler + 2

  private static let indexBits: UInt64 = 40

  /// What the filler gives a stream.
  static func filling(_ stream: Int) -> UpdateNumber {
    UpdateNumber(writer: filler, index: UInt64(stream))
  }

  var writer: UInt64
  var index: UInt64

  init(writer: UInt64, index: UInt64) {
    self.writer = writer
    self.index = index
  }

  init(rawValue: UInt64) {
    writer = rawValue >> Self.indexBits
    index = rawValue & (1 << Self.indexBits - 1)
  }

  var rawValue: UInt64 { writer << Self.indexBits | index }

  /// The stream that the update goes to, among `count`.
  func stream(of count: Int) -> Int {
    switch writer {
    case Self.filler: Int(index)
    // A prime above every possible count.
    case Self.visitor: Int(index * 1_000_000_007 % UInt64(count))
    case Self.skewed:
      // The logarithm of the rank is uniform.
      Int(
        UInt64(pow(Double(count), Double(SplitMix64.mix(writer, index + 1)) / 0x1p64))
          &* 1_000_000_007 % UInt64(count))
    default: Int(SplitMix64.mix(writer, index + 1).multipliedFullWidth(by: UInt64(count)).high)
    }
  }
}
