/// What the bytes at the place of the next record turn out to be. Operators act differently on
/// each, so there is no "end of file" that hides the others.
package enum ScanStep: Equatable, Sendable {
  /// A whole record with a right checksum and the expected sequence number.
  case record(RecordHeader)
  /// A header of zeros: nothing was written here.
  case unwritten
  /// The file ends exactly here.
  case end
  /// Anything else.
  case invalid(RecordFlaw)
}

/// Why bytes are not the next record.
package enum RecordFlaw: Equatable, Sendable {
  /// Fewer bytes than a header are left in the file, and not all of them are zero.
  case shortHeader
  /// A byte count that no record here can have.
  case implausibleLength
  /// The header looks whole, with the expected sequence number, and the checksum is wrong.
  case checksumMismatch(byteCount: Int)
  /// The header carries another sequence number, and the checksum is wrong.
  case garbage
  /// A valid record of this segment, but not the next one.
  case unexpectedSequence(LogSequenceNumber)
}

/// Decides about one record whose bytes are in memory.
package enum RecordScanner {
  /// Looks at the header at the start of `bytes`. `available` counts the bytes from there to the
  /// end of the file, which may be more than are in memory.
  ///
  /// Returns how many bytes of the record must be in memory to check it, or the step when that is
  /// already decided.
  package static func plan(_ bytes: Span<UInt8>, available: Int) -> (needed: Int, ScanStep?) {
    if available == 0 { return (0, .end) }
    if available < RecordHeader.byteCount {
      let rest = bytes.extracting(0..<min(available, bytes.count))
      return (0, FixedHeader.isZero(rest) ? .unwritten : .invalid(.shortHeader))
    }
    let header = RecordHeader(bytes, at: 0)
    if header.recordByteCount == 0,
      FixedHeader.isZero(bytes.extracting(0..<RecordHeader.byteCount))
    {
      return (0, .unwritten)
    }
    guard header.isPlausible(within: available) else { return (0, .invalid(.implausibleLength)) }
    return (header.recordByteCount, nil)
  }

  /// Judges a record by its header and the checksum that its bytes have.
  package static func judge(
    _ header: RecordHeader, checksum: UInt32, expected: LogSequenceNumber
  ) -> ScanStep {
    if header.checksum == checksum {
      return header.sequence == expected
        ? .record(header) : .invalid(.unexpectedSequence(header.sequence))
    }
    return header.sequence == expected
      ? .invalid(.checksumMismatch(byteCount: header.recordByteCount)) : .invalid(.garbage)
  }
}
