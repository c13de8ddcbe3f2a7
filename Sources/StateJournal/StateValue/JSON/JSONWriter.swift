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
  /// How many arrays and objects may stand inside one another.
  var maximumDepth = StateValue.maximumDepth

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
    case .null: JSONText.append(token: "null", to: &bytes)
    case .bool(let value): JSONText.append(token: value ? "true" : "false", to: &bytes)
    case .int(let value): JSONText.append(integer: value, to: &bytes)
    case .double(let value): try write(value, to: &bytes)
    case .string(let text): JSONText.append(string: text, to: &bytes)
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
      JSONText.append(string: name, to: &bytes)
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

  private func write(_ value: Double, to bytes: inout [UInt8]) throws(UnsupportedValue) {
    if value.isFinite {
      JSONText.append(finite: value, to: &bytes)
    } else if isLenient {
      let text = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
      bytes.append(contentsOf: text.utf8)
    } else {
      throw UnsupportedValue(.nonFinite(value))
    }
  }

  private func canEnter(_ depth: Int, _ bytes: inout [UInt8]) throws(UnsupportedValue) -> Bool {
    if depth < maximumDepth { return true }
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
