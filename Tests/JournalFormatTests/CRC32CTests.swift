import JournalFormat
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
  /// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  static let published: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    ([UInt8](0..<32), 0x46DD_794E),
    ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
    (readCommand, 0xD996_3A56),
    ([UInt8]("123456789".utf8), 0xE306_9283),
    ([], 0),
  ]

  /// An iSCSI SCSI read (10) command.
  static let readCommand: [UInt8] = [
    0x01, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18,
    0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  ]

  @Test("The published examples come out", arguments: published)
  func publishedExamples(bytes: [UInt8], checksum: UInt32) {
    #expect(CRC32C.checksum(bytes.span) == checksum)
    #expect(CRC32C.portableChecksum(bytes.span) == checksum)
  }

  @Test("Zeros that nobody reads count as those that somebody does")
  func zeros() {
    for before in [[], [1, 2, 3], [UInt8](repeating: 0xFF, count: 40)] as [[UInt8]] {
      let start = CRC32C.checksum(before.span)
      for count in [0, 1, 2, 7, 64, 255, 4096, 100_003] {
        let zeros = [UInt8](repeating: 0, count: count)
        #expect(
          CRC32C.checksum(ofZeros: Int64(count), continuing: start)
            == CRC32C.checksum(zeros.span, continuing: start), "\(count)")
      }
    }
    let half = CRC32C.checksum(ofZeros: 1 << 59, continuing: 7)
    #expect(
      CRC32C.checksum(ofZeros: 1 << 59, continuing: half)
        == CRC32C.checksum(ofZeros: 1 << 60, continuing: 7))
  }

  @Test("Instructions and tables agree at every length and alignment", arguments: 0..<16)
  func instructionsAndTablesAgree(alignment: Int) {
    let bytes = noise(count: 1024 + alignment)
    for length in 0...1024 {
      let part = bytes.span.extracting(alignment..<(alignment + length))
      #expect(CRC32C.checksum(part) == CRC32C.portableChecksum(part), "length \(length)")
    }
  }

  @Test(
    "Instructions and tables agree where long streams begin and end",
    arguments: [3071, 3072, 3073, 3167, 3168, 6143, 6144, 6145, 70_001])
  func longInputs(length: Int) {
    let bytes = noise(count: length)
    #expect(CRC32C.checksum(bytes.span) == CRC32C.portableChecksum(bytes.span))
  }

  @Test("A checksum continued from any split is the checksum of the whole")
  func splitting() {
    let bytes = noise(count: 700)
    let whole = CRC32C.checksum(bytes.span)
    for split in 0...bytes.count {
      let front = bytes.span.extracting(..<split)
      let back = bytes.span.extracting(split...)
      #expect(CRC32C.checksum(back, continuing: CRC32C.checksum(front)) == whole)
      let portableFront = CRC32C.portableChecksum(front)
      #expect(CRC32C.portableChecksum(back, continuing: portableFront) == whole)
    }
  }

  @Test("What a checksum was continued from can be told from it and the bytes", arguments: 0..<70)
  func beginning(length: Int) {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    for beginning: UInt32 in [0, 1, 0x8000_0000, 0x1234_5678, .max] {
      let checksum = CRC32C.checksum(bytes.span, continuing: beginning)
      #expect(
        CRC32C.beginning(
          of: checksum, fromZero: CRC32C.checksum(bytes.span), byteCount: length) == beginning)
    }
  }

  @Test("What a salt comes to is told by a header in which only the salt is damaged, and no other")
  func seedWithoutSalt() {
    let header = SegmentSample.header(first: 41, salt: 0x0102_0304_0506_0708)
    let bytes = header.encoded()
    for offset in bytes.indices {
      var damaged = bytes
      damaged[offset] ^= 0x10
      let seed = SegmentHeader.recordSeed(withoutSaltIn: damaged.span)
      #expect((seed == header.recordSeed) == (40..<48).contains(offset), "at \(offset)")
    }
  }

  @Test("Every flipped bit of a record changes the checksum")
  func flippedBits() {
    var bytes = noise(count: 160)
    let whole = CRC32C.checksum(bytes.span)
    for bit in 0..<(8 * bytes.count) {
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(CRC32C.checksum(bytes.span) != whole)
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
  }

  /// The same pseudo-random bytes every time (xorshift).
  private func noise(count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }
}
