/// Deterministic CBOR (RFC 8949, section 4.2.1): shortest integers and lengths, the shortest float
/// that keeps the value, definite lengths, members in the order of their encoded names.
///
/// This stands in the path of every update, so it appends straight to the caller's buffer and keeps
/// nothing of its own. A value is walked twice: to see that it can be held and how much room it takes
/// at most, and to be written into that room, which is made once, since growing an array costs more
/// than most of what goes into it.
enum CBOREncoder {
  /// Appends a value that stands inside of `depth` containers; when it throws, `bytes` is as it was.
  static func append(
    _ value: StateValue, to bytes: inout [UInt8], depth: Int
  ) throws(UnsupportedValue) {
    let room = try roomByteCount(value, depth: depth)
    bytes.append(addingCapacity: room) { output in write(value, to: &output) }
  }

  /// Appends an object that stands inside of `depth` containers; when it throws, `bytes` is as it was.
  static func append(
    _ object: StateObject, to bytes: inout [UInt8], depth: Int
  ) throws(UnsupportedValue) {
    let room = try roomByteCount(object, depth: depth)
    bytes.append(addingCapacity: room) { output in write(object, to: &output) }
  }

  /// Appends a value that stands inside of `depth` containers; when it throws, `bytes` is as it was.
  static func append(
    _ value: StateValue, to bytes: inout ScratchList<UInt8>, depth: Int
  ) throws(UnsupportedValue) {
    let room = try roomByteCount(value, depth: depth)
    bytes.append(room: room) { output in write(value, to: &output) }
  }

  /// Appends the name of a member, and its value, which stands inside of `depth` containers; when it
  /// throws, `bytes` is as it was. Returns where the name ends.
  @inline(__always)
  static func append(
    _ name: String, _ value: StateValue, to bytes: inout ScratchList<UInt8>, depth: Int
  ) throws(UnsupportedValue) -> Int {
    let room = try roomByteCount(value, depth: depth)
    return append(name, to: &bytes, room: room) { write(value, to: &$0) }
  }

  /// The same with a text as the value.
  @inline(__always)
  static func append(_ name: String, _ text: String, to bytes: inout ScratchList<UInt8>) -> Int {
    append(name, to: &bytes, room: roomByteCount(text)) { write(text, to: &$0) }
  }

  /// The same with true or false.
  @inline(__always)
  static func append(_ name: String, _ flag: Bool, to bytes: inout ScratchList<UInt8>) -> Int {
    append(name, to: &bytes, room: 1) { write(flag, to: &$0) }
  }

  /// The same with a number.
  @inline(__always)
  static func append(_ name: String, _ number: Int64, to bytes: inout ScratchList<UInt8>) -> Int {
    append(name, to: &bytes, room: longestHeadByteCount) { write(number, to: &$0) }
  }

  /// Appends the name of a member, and a value of up to `room` bytes; returns where the name ends.
  @inline(__always)
  private static func append(
    _ name: String, to bytes: inout ScratchList<UInt8>, room: Int,
    _ writeValue: (inout OutputSpan<UInt8>) -> Void
  ) -> Int {
    var nameEnd = bytes.count
    bytes.append(room: roomByteCount(name) + room) { output in
      write(name, to: &output)
      nameEnd += output.count
      writeValue(&output)
    }
    return nameEnd
  }

  /// Appends a text.
  static func append(_ text: String, to bytes: inout ScratchList<UInt8>) {
    bytes.append(room: roomByteCount(text)) { output in write(text, to: &output) }
  }

  /// What fits into the first byte of an item beside its type.
  static let largestShortArgument = 23

  /// How many bytes the head of an item of this count takes.
  static func headByteCount(_ count: Int) -> Int {
    switch count {
    case 0...largestShortArgument: 1
    case 0...0xff: 2
    case 0...0xffff: 3
    case 0...0xffff_ffff: 5
    default: longestHeadByteCount
    }
  }

  /// Numbers take as much at most.
  static let longestHeadByteCount = 9
}

/// What can be held, and in how many bytes at most.
extension CBOREncoder {
  @inline(__always)
  private static func roomByteCount(
    _ value: StateValue, depth: Int
  ) throws(UnsupportedValue) -> Int {
    switch value {
    case .null, .bool, .int: return longestHeadByteCount
    case .double(let value):
      guard value.isFinite else { throw UnsupportedValue(.nonFinite(value)) }
      return longestHeadByteCount
    case .string(let text): return roomByteCount(text)
    case .array(let values): return try roomByteCount(values, depth: depth)
    case .object(let object): return try roomByteCount(object, depth: depth)
    }
  }

  private static func roomByteCount(_ text: String) -> Int {
    longestHeadByteCount + text.utf8.count
  }

  private static func roomByteCount(
    _ values: [StateValue], depth: Int
  ) throws(UnsupportedValue) -> Int {
    guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
    var byteCount = longestHeadByteCount
    for index in values.indices {
      do {
        byteCount += try roomByteCount(values[index], depth: depth + 1)
      } catch {
        throw error.inside(String(index))
      }
    }
    return byteCount
  }

  private static func roomByteCount(
    _ object: StateObject, depth: Int
  ) throws(UnsupportedValue) -> Int {
    guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
    var byteCount = longestHeadByteCount
    for (name, value) in object.members {
      do {
        byteCount += try roomByteCount(name) + roomByteCount(value, depth: depth + 1)
      } catch {
        throw error.inside(name)
      }
    }
    return byteCount
  }
}

/// Writing into room that is there.
extension CBOREncoder {
  @inline(__always)
  private static func write(_ value: StateValue, to output: inout OutputSpan<UInt8>) {
    switch value {
    case .null: output.append(CBORByte.null)
    case .bool(let value): write(value, to: &output)
    case .int(let value): write(value, to: &output)
    case .double(let value): write(value, to: &output)
    case .string(let text): write(text, to: &output)
    case .array(let values):
      writeHead(.array, UInt64(values.count), to: &output)
      writeElements(values, to: &output)
    case .object(let object): write(object, to: &output)
    }
  }

  private static func writeElements(_ values: [StateValue], to output: inout OutputSpan<UInt8>) {
    for value in values { write(value, to: &output) }
  }

  private static func write(_ object: StateObject, to output: inout OutputSpan<UInt8>) {
    writeHead(.map, UInt64(object.count), to: &output)
    for (name, value) in object.members {
      write(name, to: &output)
      write(value, to: &output)
    }
  }

  @inline(__always)
  private static func write(_ text: String, to output: inout OutputSpan<UInt8>) {
    writeHead(.text, UInt64(text.utf8.count), to: &output)
    // Inlined where the bytes of the text are there as they are, as nearly always; asking it for a span
    // of them is a call, which takes longer than copying them.
    let isWritten: Void? = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
      unsafe write(Span(_unsafeElements: bytes), to: &output)
    }
    if isWritten == nil { write(text.utf8Span.span, to: &output) }
  }

  /// Writes bytes as they are.
  @inline(__always)
  static func write(_ bytes: Span<UInt8>, to output: inout OutputSpan<UInt8>) {
    // The copy below asks for that in debug builds only.
    precondition(bytes.count <= output.freeCapacity, "room has been made for all that is written")
    unsafe output.withUnsafeMutableBufferPointer { buffer, count in
      let rest = UnsafeMutableRawBufferPointer(buffer.extracting(count...))
      unsafe bytes.withUnsafeBytes { unsafe rest.copyMemory(from: $0) }
      count += bytes.count
    }
  }

  @inline(__always)
  private static func write(_ value: Bool, to output: inout OutputSpan<UInt8>) {
    output.append(value ? CBORByte.true : CBORByte.false)
  }

  private static func write(_ value: Int64, to output: inout OutputSpan<UInt8>) {
    if value >= 0 {
      writeHead(.unsigned, UInt64(value), to: &output)
    } else {
      // A negative number n is kept as -1 - n, which is its complement.
      writeHead(.negative, UInt64(bitPattern: ~value), to: &output)
    }
  }

  private static func write(_ value: Double, to output: inout OutputSpan<UInt8>) {
    let single = Float(value)
    if Double(single) != value {
      output.append(CBORByte.double)
      writeBigEndian(value.bitPattern, to: &output)
    } else if let half = HalfFloat.bits(of: single) {
      output.append(CBORByte.half)
      writeBigEndian(half, to: &output)
    } else {
      output.append(CBORByte.single)
      writeBigEndian(single.bitPattern, to: &output)
    }
  }

  @inline(__always)
  static func writeHead(
    _ major: CBORMajor, _ argument: UInt64, to output: inout OutputSpan<UInt8>
  ) {
    let top = major.rawValue << 5
    switch argument {
    case 0..<24: output.append(top | UInt8(truncatingIfNeeded: argument))
    case 0...0xff:
      output.append(top | 24)
      output.append(UInt8(truncatingIfNeeded: argument))
    case 0...0xffff:
      output.append(top | 25)
      writeBigEndian(UInt16(truncatingIfNeeded: argument), to: &output)
    case 0...0xffff_ffff:
      output.append(top | 26)
      writeBigEndian(UInt32(truncatingIfNeeded: argument), to: &output)
    default:
      output.append(top | 27)
      writeBigEndian(argument, to: &output)
    }
  }

  @inline(__always)
  private static func writeBigEndian(
    _ value: some FixedWidthInteger, to output: inout OutputSpan<UInt8>
  ) {
    // One store instead of one for each byte, which would look for room each time.
    unsafe withUnsafeBytes(of: value.bigEndian) { bytes in
      unsafe write(Span(_unsafeBytes: bytes), to: &output)
    }
  }
}
