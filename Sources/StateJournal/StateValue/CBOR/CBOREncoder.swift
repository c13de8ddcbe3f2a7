/// Deterministic CBOR (RFC 8949, section 4.2.1): shortest integers and lengths, the shortest float
/// that keeps the value, definite lengths, members in the order of their encoded names.
///
/// This stands in the path of every update, so it appends straight to the caller's buffer and keeps
/// nothing of its own.
enum CBOREncoder {
  static func append(
    _ value: StateValue, to bytes: inout [UInt8], depth: Int
  ) throws(UnsupportedValue) {
    switch value {
    case .null: bytes.append(CBORByte.null)
    case .bool(let value): bytes.append(value ? CBORByte.true : CBORByte.false)
    case .int(let value): append(value, to: &bytes)
    case .double(let value):
      guard value.isFinite else { throw UnsupportedValue(.nonFinite(value)) }
      append(value, to: &bytes)
    case .string(let text): append(text, to: &bytes)
    case .array(let values):
      guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
      appendHead(.array, UInt64(values.count), to: &bytes)
      for index in values.indices {
        do {
          try append(values[index], to: &bytes, depth: depth + 1)
        } catch {
          throw error.inside(String(index))
        }
      }
    case .object(let object): try append(object, to: &bytes, depth: depth)
    }
  }

  static func append(
    _ object: StateObject, to bytes: inout [UInt8], depth: Int
  ) throws(UnsupportedValue) {
    guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
    appendHead(.map, UInt64(object.count), to: &bytes)
    for (name, value) in object.members {
      append(name, to: &bytes)
      do {
        try append(value, to: &bytes, depth: depth + 1)
      } catch {
        throw error.inside(name)
      }
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    let utf8 = text.utf8Span.span
    // Room is made once for the head and the text, which short texts spend most of their time on.
    bytes.append(addingCapacity: longestHeadByteCount + utf8.count) { output in
      appendHead(.text, UInt64(utf8.count), to: &output)
      unsafe output.withUnsafeMutableBufferPointer { buffer, count in
        let rest = UnsafeMutableRawBufferPointer(buffer.extracting(count...))
        unsafe utf8.withUnsafeBytes { unsafe rest.copyMemory(from: $0) }
        count += utf8.count
      }
    }
  }

  private static func append(_ value: Int64, to bytes: inout [UInt8]) {
    if value >= 0 {
      appendHead(.unsigned, UInt64(value), to: &bytes)
    } else {
      // A negative number n is kept as -1 - n, which is its complement.
      appendHead(.negative, UInt64(bitPattern: ~value), to: &bytes)
    }
  }

  private static func append(_ value: Double, to bytes: inout [UInt8]) {
    let single = Float(value)
    bytes.append(addingCapacity: longestHeadByteCount) { output in
      if Double(single) != value {
        output.append(CBORByte.double)
        appendBigEndian(value.bitPattern, byteCount: 8, to: &output)
      } else if let half = HalfFloat.bits(of: single) {
        output.append(CBORByte.half)
        appendBigEndian(UInt64(half), byteCount: 2, to: &output)
      } else {
        output.append(CBORByte.single)
        appendBigEndian(UInt64(single.bitPattern), byteCount: 4, to: &output)
      }
    }
  }

  private static let longestHeadByteCount = 9

  private static func appendHead(
    _ major: CBORMajor, _ argument: UInt64, to bytes: inout [UInt8]
  ) {
    bytes.append(addingCapacity: longestHeadByteCount) { output in
      appendHead(major, argument, to: &output)
    }
  }

  @inline(__always)
  private static func appendHead(
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
      appendBigEndian(argument, byteCount: 2, to: &output)
    case 0...0xffff_ffff:
      output.append(top | 26)
      appendBigEndian(argument, byteCount: 4, to: &output)
    default:
      output.append(top | 27)
      appendBigEndian(argument, byteCount: 8, to: &output)
    }
  }

  private static func appendBigEndian(
    _ value: UInt64, byteCount: Int, to output: inout OutputSpan<UInt8>
  ) {
    for place in 1...byteCount {
      output.append(UInt8(truncatingIfNeeded: value >> UInt64((byteCount - place) * 8)))
    }
  }
}
