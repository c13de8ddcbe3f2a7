import StateJournal

/// The decoder of values: what it takes, the encoder writes again byte for byte.
struct CBORTarget: FuzzTarget {
  let name = "cbor"
  let seeds: [[UInt8]] = SampleValues.all.compactMap { value in
    var bytes: [UInt8] = []
    return (try? value.appendCBOR(to: &bytes)).map { bytes }
  }
  let tokens: [[UInt8]] = [
    [0x9F], [0xBF], [0xFF], [0xF9, 0x7C, 0x00], [0xFB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0],
    [0x1B, 0x80, 0, 0, 0, 0, 0, 0, 0], [0x3B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    [0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x7A, 0xFF, 0xFF, 0xFF, 0xFF],
    [0xA1, 0x60], [0x81], [UInt8](repeating: 0x81, count: 64), [0xC0], [0x62, 0xC3, 0x28],
  ]

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    let value: StateValue
    do {
      value = try StateValue(cbor: input.span)
    } catch {
      return try refuse(error, input, &behaviour)
    }
    behaviour.note("value")
    value.describeShape(in: &behaviour)
    var again: [UInt8] = []
    do {
      try value.appendCBOR(to: &again)
      try FuzzViolation.unless(again == input, "decoded, and encoded to other bytes: \(again)")
      let text = try value.json()
      let parsed = try StateValue(json: text)
      try FuzzViolation.unless(parsed == value, "written as \(text), which reads as \(parsed)")
    } catch let violation as FuzzViolation {
      throw violation
    } catch {
      throw FuzzViolation("decoded, and then refused: \(error)")
    }
    let object = try? StateObject(cbor: input.span)
    let isObject = if case .object = value { true } else { false }
    try FuzzViolation.unless((object != nil) == isObject, "an object to one decoder alone")
    try transcode(input, expecting: object)
  }

  /// The way straight to JSON takes the same bytes and gives the same text.
  private func transcode(_ input: [UInt8], expecting object: StateObject?) throws(FuzzViolation) {
    let before: [UInt8] = [0x20]
    var json = before
    let isTaken = StateObject.appendJSON(ofCBOR: input.span, to: &json)
    try FuzzViolation.unless(isTaken == (object != nil), "an object to one of two readers")
    let expected = before + ((try? object?.json()).flatMap { $0 } ?? "").utf8
    try FuzzViolation.unless(json == expected, "read as \(json), not as \(expected)")
  }

  private func refuse(
    _ error: StateError, _ input: [UInt8], _ behaviour: inout Behaviour
  ) throws(FuzzViolation) {
    guard let cause = error.underlying as? CBORError else {
      throw FuzzViolation("refused with \(error), which does not say why")
    }
    behaviour.note(cause.reason.rawValue)
    behaviour.note(magnitude: cause.offset)
    try FuzzViolation.unless(
      0...input.count ~= cause.offset, "the error is at \(cause.offset) of \(input.count) bytes")
    try FuzzViolation.unless(
      (try? StateObject(cbor: input.span)) == nil, "an object, but not a value")
    try transcode(input, expecting: nil)
  }
}

extension StateValue {
  /// Tells apart what a value is made of, roughly.
  func describeShape(in behaviour: inout Behaviour, depth: Int = 0) {
    behaviour.note(magnitude: depth)
    switch self {
    case .null: behaviour.note(1)
    case .bool: behaviour.note(2)
    case .int(let value):
      behaviour.note(value < 0 ? 3 : 4)
      behaviour.note(Int64.bitWidth - (value < 0 ? ~value : value).leadingZeroBitCount)
    case .double(let value): behaviour.note(Double(Float(value)) == value ? 5 : 6)
    case .string(let text):
      behaviour.note(7)
      behaviour.note(magnitude: text.utf8.count)
    case .array(let values):
      behaviour.note(8)
      behaviour.note(magnitude: values.count)
      for value in values.prefix(2) { value.describeShape(in: &behaviour, depth: depth + 1) }
    case .object(let object):
      behaviour.note(9)
      behaviour.note(magnitude: object.count)
      for (_, value) in object.prefix(2) {
        value.describeShape(in: &behaviour, depth: depth + 1)
      }
    }
  }
}
