import CChecksum

/// The checksum of every header, record and block: CRC-32C (Castagnoli) as in RFC 3720, appendix
/// B.4. It finds every burst of damage up to 32 bits and all but one in four billion of the rest;
/// it is no protection against somebody who forges bytes.
package enum CRC32C {
  /// The checksum of `bytes`, with the processor's instructions where it has them.
  ///
  /// - Parameter continuing: the checksum of the bytes before, so that
  ///   `checksum(a + b) == checksum(b, continuing: checksum(a))`.
  /// - Complexity: O(bytes), about 10 ns for a record of 160 bytes and 30 GB/s for blocks.
  package static func checksum(_ bytes: Span<UInt8>, continuing: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe journal_crc32c(continuing, $0.baseAddress, $0.count)
    }
  }

  /// The same answer from tables alone, which is what a processor without the instructions gets.
  package static func portableChecksum(_ bytes: Span<UInt8>, continuing: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe journal_crc32c_portable(continuing, $0.baseAddress, $0.count)
    }
  }

  /// What a checksum of `byteCount` bytes was continued from, when it is `checksum`, and continued from 0
  /// it would be `fromZero`.
  ///
  /// What a checksum is continued from goes in as if it were xored to the bytes, so two of the same bytes
  /// differ by what their beginnings differ by, shifted through the polynomial once for each bit; and its
  /// highest coefficient, which each subtraction leaves behind, tells the way back.
  ///
  /// - Complexity: O(bytes), some nanoseconds for each.
  package static func beginning(
    of checksum: UInt32, fromZero: UInt32, byteCount: Int
  ) -> UInt32 {
    var difference = checksum ^ fromZero
    for _ in 0..<(byteCount * 8) {
      difference =
        difference & 0x8000_0000 == 0
        ? difference << 1 : ((difference ^ 0x82F6_3B78) << 1) | 1
    }
    return difference
  }
}
