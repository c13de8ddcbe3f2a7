/// Every integer on disk is little-endian; these are the only loads and stores. The loads are always
/// inlined, since a scan makes some ten of them for each record, and a call costs more than a load.
extension Span<UInt8> {
  /// The 16-bit integer at `offset`.
  @inlinable @inline(__always)
  package func loadUInt16(at offset: Int) -> UInt16 { UInt16(littleEndian: load(at: offset)) }

  /// The 32-bit integer at `offset`.
  @inlinable @inline(__always)
  package func loadUInt32(at offset: Int) -> UInt32 { UInt32(littleEndian: load(at: offset)) }

  /// The 64-bit integer at `offset`.
  @inlinable @inline(__always)
  package func loadUInt64(at offset: Int) -> UInt64 { UInt64(littleEndian: load(at: offset)) }

  /// The integer at `offset` as it lies there.
  @inlinable @inline(__always)
  package func load<Integer: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer {
    precondition(
      offset >= 0 && offset <= count - MemoryLayout<Integer>.size, "read past the end")
    // Unsafe in that the range is not checked there: it has just been.
    return unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type)
  }
}

extension [UInt8] {
  package mutating func appendUInt16(_ value: UInt16) { appendBytes(of: value.littleEndian) }

  package mutating func appendUInt32(_ value: UInt32) { appendBytes(of: value.littleEndian) }

  package mutating func appendUInt64(_ value: UInt64) { appendBytes(of: value.littleEndian) }

  package mutating func storeUInt16(_ value: UInt16, at offset: Int) {
    storeBytes(of: value.littleEndian, at: offset)
  }

  package mutating func storeUInt32(_ value: UInt32, at offset: Int) {
    storeBytes(of: value.littleEndian, at: offset)
  }

  package mutating func storeUInt64(_ value: UInt64, at offset: Int) {
    storeBytes(of: value.littleEndian, at: offset)
  }

  /// Appends the first `count` bytes of `word`, at most eight, and what follows them: in one piece,
  /// since making room in an array costs more than what is put there.
  mutating func append(
    firstBytesOf word: UInt64, count: Int, then first: Span<UInt8> = Span(),
    then second: Span<UInt8> = Span()
  ) {
    precondition(count <= 8, "a word has eight bytes")
    // The word is stored whole, and what follows goes over the rest of it.
    append(addingCapacity: 8 + first.count + second.count) { output in
      unsafe output.withUnsafeMutableBufferPointer { room, addedCount in
        guard let base = UnsafeMutableRawPointer(room.baseAddress) else { return }
        unsafe base.storeBytes(of: word.littleEndian, as: UInt64.self)
        addedCount = count
        unsafe Self.copy(first, to: base, &addedCount)
        unsafe Self.copy(second, to: base, &addedCount)
      }
    }
  }

  private static func copy(
    _ bytes: Span<UInt8>, to base: UnsafeMutableRawPointer, _ offset: inout Int
  ) {
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (base + offset).copyMemory(from: start, byteCount: source.count)
    }
    offset += bytes.count
  }

  /// Appends four words, in one piece.
  mutating func appendWords(
    _ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64
  ) {
    append(addingCapacity: 32) { output in
      unsafe output.withUnsafeMutableBufferPointer { room, addedCount in
        guard let base = UnsafeMutableRawPointer(room.baseAddress) else { return }
        unsafe base.storeBytes(of: first.littleEndian, as: UInt64.self)
        unsafe base.storeBytes(of: second.littleEndian, toByteOffset: 8, as: UInt64.self)
        unsafe base.storeBytes(of: third.littleEndian, toByteOffset: 16, as: UInt64.self)
        unsafe base.storeBytes(of: fourth.littleEndian, toByteOffset: 24, as: UInt64.self)
        addedCount = 32
      }
    }
  }

  /// Stores three words, from `offset` on.
  mutating func storeWords(
    _ first: UInt64, _ second: UInt64, _ third: UInt64, at offset: Int
  ) {
    var span = mutableSpan
    var bytes = unsafe span.mutableBytes
    bytes.storeBytes(of: first.littleEndian, toByteOffset: offset, as: UInt64.self)
    bytes.storeBytes(of: second.littleEndian, toByteOffset: offset + 8, as: UInt64.self)
    bytes.storeBytes(of: third.littleEndian, toByteOffset: offset + 16, as: UInt64.self)
  }

  /// Appends a value as it lies in memory.
  mutating func appendBytes<Value: BitwiseCopyable>(of value: Value) {
    unsafe Swift.withUnsafeBytes(of: value) { bytes in unsafe append(contentsOf: bytes) }
  }

  private mutating func storeBytes<Value: BitwiseCopyable>(of value: Value, at offset: Int) {
    var span = mutableSpan
    var bytes = unsafe span.mutableBytes
    bytes.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }
}
