/// Turns deterministic CBOR into compact JSON without building the value in between; see
/// ``CBORReader`` for what it refuses. The text is the one that the value's own would be.
struct CBORTranscoder {
  private var reader = CBORReader()

  /// Appends the JSON of the object that `bytes` are; when it throws, `json` has grown by a part.
  static func appendObject(
    _ bytes: Span<UInt8>, to json: inout [UInt8]
  ) throws(CBORError) {
    var transcoder = CBORTranscoder()
    guard !bytes.isEmpty, bytes[0] >> 5 == CBORMajor.map.rawValue else {
      throw CBORError(reason: .notAnObject, offset: 0)
    }
    try transcoder.append(bytes, to: &json, depth: 0)
    try transcoder.reader.expectEnd(bytes)
  }

  private mutating func append(
    _ bytes: Span<UInt8>, to json: inout [UInt8], depth: Int
  ) throws(CBORError) {
    let start = reader.offset
    switch try reader.next(bytes, depth: depth) {
    case .null: JSONText.append(token: "null", to: &json)
    case .bool(let value): JSONText.append(token: value ? "true" : "false", to: &json)
    case .int(let value): JSONText.append(integer: value, to: &json)
    case .double(let value): JSONText.append(finite: value, to: &json)
    case .text(let place): try append(text: place, of: start, bytes, to: &json)
    case .array(let count):
      json.append(UInt8(ascii: "["))
      for index in 0..<count {
        if index > 0 { json.append(UInt8(ascii: ",")) }
        reader.enterElement()
        try append(bytes, to: &json, depth: depth + 1)
      }
      json.append(UInt8(ascii: "]"))
    case .map(let count):
      json.append(UInt8(ascii: "{"))
      var previous: Range<Int>?
      for index in 0..<count {
        if index > 0 { json.append(UInt8(ascii: ",")) }
        let start = reader.offset
        let name = try reader.name(bytes, after: previous)
        previous = name
        try append(text: name, of: start, bytes, to: &json)
        json.append(UInt8(ascii: ":"))
        try append(bytes, to: &json, depth: depth + 1)
      }
      json.append(UInt8(ascii: "}"))
    }
  }

  private func append(
    text place: Range<Int>, of start: Int, _ bytes: Span<UInt8>, to json: inout [UInt8]
  ) throws(CBORError) {
    guard JSONText.append(utf8: bytes.extracting(place), to: &json) else {
      throw CBORError(reason: .invalidUTF8, offset: start)
    }
  }
}
