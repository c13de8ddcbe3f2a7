import StateJournal

/// The parser of text: what it takes comes back equal through the writer and through CBOR.
struct JSONTarget: FuzzTarget {
  let name = "json"
  let seeds: [[UInt8]] =
    SampleValues.all.flatMap { value in
      [try? value.json(), try? value.json(.pretty)].compactMap { $0.map { Array($0.utf8) } }
    }
    + [
      #" { "a" : [ 1 , -0 , 1e5 , 1E-7 , 0.25e+3 ] , "\u00e9\ud83d\ude00" : "\/\b\f" } "#, "1e400",
      "-9223372036854775808", "9223372036854775808", #""\ud800""#, "[1,]", #"{"a":1,"a":2}"#,
      "2.2250738585072011e-308", "0.1e-400",
    ].map { Array($0.utf8) }
  let tokens: [[UInt8]] =
    [
      "{", "}", "[", "]", ":", ",", "\"", "\\u", "\\ud83d\\ude00", "\\", "null", "true", "false",
      "-",
      "e+", "E-", ".", "0", "00", "1e308", "\u{FEFF}", " \t\r\n", "[[[[[[[[[[[[[[[[",
    ].map { Array($0.utf8) } + [[0xC3], [0xED, 0xA0, 0x80], [0xFF]]

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    let value: StateValue
    do {
      value = try StateValue(json: input.span)
    } catch {
      guard let cause = error.underlying as? JSONError else {
        throw FuzzViolation("refused with \(error), which does not say why")
      }
      behaviour.note(cause.reason.rawValue)
      behaviour.note(magnitude: cause.line)
      behaviour.note(magnitude: cause.column)
      return
    }
    behaviour.note("value")
    value.describeShape(in: &behaviour)
    var bytes: [UInt8] = []
    do {
      for style in [JSONStyle.compact, .pretty] {
        let text = try value.json(style)
        let again = try StateValue(json: text)
        try FuzzViolation.unless(again == value, "written as \(text), which reads as \(again)")
      }
      try value.appendCBOR(to: &bytes)
      let decoded = try StateValue(cbor: bytes.span)
      try FuzzViolation.unless(decoded == value, "as CBOR it reads as \(decoded)")
    } catch let violation as FuzzViolation {
      throw violation
    } catch {
      throw FuzzViolation("parsed, and then refused: \(error)")
    }
  }
}
