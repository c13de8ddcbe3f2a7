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
  package mutating func appendUInt16(_ value: UInt16) { appendBytes(of: value.littleEndian) }

  package mutating func appendUInt32(_ value: UInt32) { appendBytes(of: value.littleEndian) }

  package mutating func appendUInt64(_ value: UInt64) { appendBytes(of: value.littleEndian) }

  package mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  package mutating func storeUInt16(_ value: UInt16, at offset: Int) {
    storeBytes(of: value.littleEndian, at: offset)
  }

  package mutating func storeUInt32(_ value: UInt32, at offset: Int) {
    storeBytes(of: value.littleEndian, at: offset)
  }

  package mutating func storeUInt64(_ value: UInt64, at offset: Int) {
    storeBytes(of: value.littleEndian, at: offset)
  }

  /// Appends the first `count` bytes of a value as it lies in memory, or all: in one piece, since
  /// growing an array costs more than what is added here.
  mutating func appendBytes<Value: BitwiseCopyable>(of value: Value, count: Int? = nil) {
    unsafe Swift.withUnsafeBytes(of: value) { bytes in
      let wanted = unsafe bytes.prefix(count ?? bytes.count)
      unsafe append(contentsOf: UnsafeRawBufferPointer(rebasing: wanted))
    }
  }

  private mutating func storeBytes<Value: BitwiseCopyable>(of value: Value, at offset: Int) {
    var span = mutableSpan
    var bytes = unsafe span.mutableBytes
    bytes.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }
}
