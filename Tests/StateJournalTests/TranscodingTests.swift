import StorageSimulator
import Testing

@testable import StateJournal

@Suite("CBOR straight to JSON") struct TranscodingTests {
  @Test("The text is the one that the object has", arguments: 0..<200 as Range<UInt64>)
  func sameText(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let object: StateObject = .random(using: &generator)
    var bytes: [UInt8] = []
    try object.appendCBOR(to: &bytes)
    let expected = try object.json()
    var json = Array("before".utf8)
    #expect(StateObject.appendJSON(ofCBOR: bytes.span, to: &json))
    #expect(String(decoding: json, as: UTF8.self) == "before" + expected)
  }

  @Test("What the decoder refuses leaves nothing behind", arguments: CBORTests.refused)
  func refused(hexadecimal: String, _: CBORError.Reason, _: Int) {
    let bytes = [UInt8](hexadecimal: hexadecimal)
    for input in [bytes, [0xA1, 0x61, 0x61] + bytes, [0xA1] + bytes + [0x00]]
    where (try? StateObject(cbor: input.span)) == nil {
      var json = Array("before".utf8)
      #expect(!StateObject.appendJSON(ofCBOR: input.span, to: &json))
      #expect(json == Array("before".utf8))
    }
  }

  @Test(
    "An address is shown part by part, also where zero bytes of the source are escaped",
    arguments: [
      ("orders", "s1", #""source":"orders","stream":"s1""#),
      ("a\0b", "\u{7f}é", #""source":"a\u0000b","stream":"\u007fé""#),
      ("quote\"", "eight by", #""source":"quote\"","stream":"eight by""#),
    ])
  func address(source: String, name: String, expected: String) {
    let key = StateKeyCoding.key(of: .stream(name, of: source))
    var json: [UInt8] = []
    #expect(StateKeyCoding.appendJSON(key.span, to: &json))
    #expect(String(decoding: json, as: UTF8.self) == expected)
  }

  @Test(
    "A key that no address has is left to others",
    arguments: [
      [], [0x61], [0x61, 0], [0x61, 0, 7, 0x62], [0xFF, 0, 1, 0x62], [0x61, 0, 1, 0xFF],
    ])
  func foreign(key: [UInt8]) {
    var json = Array("{".utf8)
    #expect(!StateKeyCoding.appendJSON(key.span, to: &json))
    #expect(json == Array("{".utf8))
  }

  /// Every byte at every place of a word, since a string is looked at a word at a time.
  @Test("A string is escaped wherever something in it needs it", arguments: 0..<17)
  func escapes(place: Int) {
    for byte in UInt8.min...0x7F {
      var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 17)
      bytes[place] = byte
      var json: [UInt8] = []
      #expect(JSONText.append(utf8: bytes.span, to: &json))
      let text = String(decoding: bytes, as: UTF8.self)
      let isPlain = byte >= 0x20 && !Array("\"\\\u{7f}".utf8).contains(byte)
      #expect((json.count == 19) == isPlain)
      #expect((try? StateValue(json: json.span)) == .string(text))
    }
  }

  @Test(
    "Integers have all their digits",
    arguments: [0, 9, 10, 99, 100, 101, 12_345, 100_000, .max, .min, -1, -10] as [Int64])
  func integers(value: Int64) {
    var json: [UInt8] = []
    JSONText.append(integer: value, to: &json)
    #expect(String(decoding: json, as: UTF8.self) == String(value))
  }
}
