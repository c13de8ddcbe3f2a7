/// Every integer on disk is little-endian; these are the only loads and stores. The loads are always
/// inlined, since a scan makes some ten of them for each record, and a call costs more than a load.
extension Span<UInt8> {
  /// One bounds check up front lets the optimizer fold the byte reads into one load.
  @inlinable @inline(__always)
  package func loadUInt16(at offset: Int) -> UInt16 {
    precondition(offset >= 0 && offset <= count - 2, "read past the end")
    return UInt16(self[offset]) | UInt16(self[offset &+ 1]) << 8
  }

  /// The 32-bit integer at `offset`.
  @inlinable @inline(__always)
  package func loadUInt32(at offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset <= count - 4, "read past the end")
    return UInt32(self[offset]) | UInt32(self[offset &+ 1]) << 8
      | UInt32(self[offset &+ 2]) << 16 | UInt32(self[offset &+ 3]) << 24
  }

  /// The 64-bit integer at `offset`.
  @inlinable @inline(__always)
  package func loadUInt64(at offset: Int) -> UInt64 {
    UInt64(loadUInt32(at: offset)) | UInt64(loadUInt32(at: offset + 4)) << 32
  }
}

extension [UInt8] {
  package mutating func appendUInt16(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  package mutating func appendUInt32(_ value: UInt32) {
    appendUInt16(UInt16(truncatingIfNeeded: value))
    appendUInt16(UInt16(truncatingIfNeeded: value >> 16))
  }

  package mutating func appendUInt64(_ value: UInt64) {
    appendUInt32(UInt32(truncatingIfNeeded: value))
    appendUInt32(UInt32(truncatingIfNeeded: value >> 32))
  }

  package mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  package mutating func storeUInt16(_ value: UInt16, at offset: Int) {
    precondition(offset >= 0 && offset <= count - 2, "write past the end")
    self[offset] = UInt8(truncatingIfNeeded: value)
    self[offset &+ 1] = UInt8(truncatingIfNeeded: value >> 8)
  }

  package mutating func storeUInt32(_ value: UInt32, at offset: Int) {
    precondition(offset >= 0 && offset <= count - 4, "write past the end")
    self[offset] = UInt8(truncatingIfNeeded: value)
    self[offset &+ 1] = UInt8(truncatingIfNeeded: value >> 8)
    self[offset &+ 2] = UInt8(truncatingIfNeeded: value >> 16)
    self[offset &+ 3] = UInt8(truncatingIfNeeded: value >> 24)
  }

  package mutating func storeUInt64(_ value: UInt64, at offset: Int) {
    storeUInt32(UInt32(truncatingIfNeeded: value), at: offset)
    storeUInt32(UInt32(truncatingIfNeeded: value >> 32), at: offset + 4)
  }
}
