/// How JSON text is laid out.
public enum JSONStyle: Sendable {
  /// One line, no blanks.
  case compact
  /// One member or element per line, indented by two blanks.
  case pretty
}

/// Writes RFC 8259 text. Doubles always show a fraction or an exponent, so that they come back as
/// doubles; strings escape only what they must.
struct JSONWriter {
  let style: JSONStyle
  /// Whether what JSON cannot write is shown somehow rather than refused.
  let isLenient: Bool

  /// Compact text for people and logs, whatever the value holds.
  static func description(of value: StateValue) -> String {
    var bytes: [UInt8] = []
    // A lenient writer refuses nothing, so there is no error to lose.
    try? JSONWriter(style: .compact, isLenient: true).write(value, to: &bytes, depth: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  func write(
    _ value: StateValue, to bytes: inout [UInt8], depth: Int
  ) throws(UnsupportedValue) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .int(let value): bytes.append(contentsOf: String(value).utf8)
    case .double(let value): try write(value, to: &bytes)
    case .string(let text): write(text, to: &bytes)
    case .array(let values): try write(values, to: &bytes, depth: depth)
    case .object(let object): try write(object, to: &bytes, depth: depth)
    }
  }

  func write(
    _ object: StateObject, to bytes: inout [UInt8], depth: Int
  ) throws(UnsupportedValue) {
    guard try canEnter(depth, &bytes) else { return }
    bytes.append(UInt8(ascii: "{"))
    for index in object.indices {
      let (name, value) = object[index]
      startItem(at: index, depth: depth + 1, &bytes)
      write(name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      if style == .pretty { bytes.append(UInt8(ascii: " ")) }
      do {
        try write(value, to: &bytes, depth: depth + 1)
      } catch {
        throw error.inside(name)
      }
    }
    if !object.isEmpty { breakLine(depth: depth, &bytes) }
    bytes.append(UInt8(ascii: "}"))
  }

  private func write(
    _ values: [StateValue], to bytes: inout [UInt8], depth: Int
  ) throws(UnsupportedValue) {
    guard try canEnter(depth, &bytes) else { return }
    bytes.append(UInt8(ascii: "["))
    for index in values.indices {
      startItem(at: index, depth: depth + 1, &bytes)
      do {
        try write(values[index], to: &bytes, depth: depth + 1)
      } catch {
        throw error.inside(String(index))
      }
    }
    if !values.isEmpty { breakLine(depth: depth, &bytes) }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Swift prints the shortest digits that come back as the same double, always with a fraction or
  /// an exponent, which is also what JSON allows.
  private func write(_ value: Double, to bytes: inout [UInt8]) throws(UnsupportedValue) {
    if value.isFinite {
      bytes.append(contentsOf: value.description.utf8)
    } else if isLenient {
      let text = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
      bytes.append(contentsOf: text.utf8)
    } else {
      throw UnsupportedValue(.nonFinite(value))
    }
  }

  private func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
      case UInt8(ascii: #"\"#): bytes.append(contentsOf: #"\\"#.utf8)
      case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
      case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
      case 0x0a: bytes.append(contentsOf: #"\n"#.utf8)
      case 0x0c: bytes.append(contentsOf: #"\f"#.utf8)
      case 0x0d: bytes.append(contentsOf: #"\r"#.utf8)
      // DEL is allowed raw, but terminals act on it as on the others.
      case 0..<0x20, 0x7f:
        bytes.append(contentsOf: #"\u00"#.utf8)
        bytes.append(hexadecimalDigit(byte >> 4))
        bytes.append(hexadecimalDigit(byte & 0xf))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private func canEnter(_ depth: Int, _ bytes: inout [UInt8]) throws(UnsupportedValue) -> Bool {
    if depth < StateValue.maximumDepth { return true }
    guard isLenient else { throw UnsupportedValue(.tooDeep) }
    bytes.append(contentsOf: "…".utf8)
    return false
  }

  private func startItem(at index: Int, depth: Int, _ bytes: inout [UInt8]) {
    if index > 0 { bytes.append(UInt8(ascii: ",")) }
    breakLine(depth: depth, &bytes)
  }

  private func breakLine(depth: Int, _ bytes: inout [UInt8]) {
    guard style == .pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
  }
}
