import StorageSimulator
import Testing

@testable import StateJournal

@Suite("Deterministic CBOR") struct CBORTests {
  /// The examples of RFC 8949, appendix A, that the JSON data model covers.
  static let vectors: [(StateValue, String)] = [
    (0, "00"), (1, "01"), (10, "0a"), (23, "17"), (24, "1818"), (25, "1819"), (100, "1864"),
    (1000, "1903e8"), (1_000_000, "1a000f4240"), (1_000_000_000_000, "1b000000e8d4a51000"),
    (-1, "20"), (-10, "29"), (-100, "3863"), (-1000, "3903e7"),
    (0.0, "f90000"), (-0.0, "f98000"), (1.0, "f93c00"), (1.1, "fb3ff199999999999a"),
    (1.5, "f93e00"), (65504.0, "f97bff"), (100000.0, "fa47c35000"),
    (3.4028234663852886e+38, "fa7f7fffff"), (1.0e+300, "fb7e37e43c8800759c"),
    (5.960464477539063e-8, "f90001"), (0.00006103515625, "f90400"), (-4.0, "f9c400"),
    (-4.1, "fbc010666666666666"),
    (false, "f4"), (true, "f5"), (nil, "f6"),
    ("", "60"), ("a", "6161"), ("IETF", "6449455446"), ("\"\\", "62225c"),
    ("\u{00fc}", "62c3bc"), ("\u{6c34}", "63e6b0b4"), ("\u{10151}", "64f0908591"),
    ([], "80"), ([1, 2, 3], "83010203"), ([1, [2, 3], [4, 5]], "8301820203820405"),
    (
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
      "98190102030405060708090a0b0c0d0e0f101112131415161718181819"
    ),
    ([:], "a0"), (["a": 1, "b": [2, 3]], "a26161016162820203"),
    (["a", ["b": "c"]], "826161a161626163"),
    (
      ["a": "A", "b": "B", "c": "C", "d": "D", "e": "E"],
      "a56161614161626142616361436164614461656145"
    ),
    // Not in the appendix: the ends of the integers, and members by encoded order.
    (.int(.max), "1b7fffffffffffffff"), (.int(.min), "3b7fffffffffffffff"),
    (["aa": 1, "b": 2], "a261620262616101"),
  ]

  @Test("The examples of RFC 8949 are written and read", arguments: vectors)
  func vector(value: StateValue, hexadecimal: String) throws {
    var bytes: [UInt8] = []
    try value.appendCBOR(to: &bytes)
    #expect(bytes.hexadecimal == hexadecimal)
    #expect(try StateValue(cbor: [UInt8](hexadecimal: hexadecimal).span) == value)
  }

  /// What the model cannot hold, and what the encoder would have written otherwise.
  static let refused: [(String, CBORError.Reason, offset: Int)] = [
    ("", .truncated, 0), ("1bffffffffffffffff", .integerOutOfRange, 0),
    ("c249010000000000000000", .tag, 0), ("3bffffffffffffffff", .integerOutOfRange, 0),
    ("c349010000000000000000", .tag, 0), ("c074323031332d30332d32315432303a30343a30305a", .tag, 0),
    ("f97c00", .nonFinite, 0), ("f97e00", .nonFinite, 0), ("f9fc00", .nonFinite, 0),
    ("fa7f800000", .nonFinite, 0), ("fa7fc00000", .nonFinite, 0), ("faff800000", .nonFinite, 0),
    ("fb7ff0000000000000", .nonFinite, 0), ("fb7ff8000000000000", .nonFinite, 0),
    ("f7", .simpleValue, 0), ("f0", .simpleValue, 0), ("f8ff", .simpleValue, 0),
    ("fc", .reservedInformation, 0), ("ff", .indefiniteLength, 0), ("1c", .reservedInformation, 0),
    ("40", .byteString, 0), ("4401020304", .byteString, 0), ("5f42010243030405ff", .byteString, 0),
    ("7f657374726561646d696e67ff", .indefiniteLength, 0), ("9fff", .indefiniteLength, 0),
    ("83018202039f0405ff", .indefiniteLength, 5), ("bfff", .indefiniteLength, 0),
    ("a201020304", .nameNotText, 1), ("1800", .notShortest, 0), ("1817", .notShortest, 0),
    ("1900ff", .notShortest, 0), ("1a0000ffff", .notShortest, 0),
    ("1b00000000ffffffff", .notShortest, 0), ("3817", .notShortest, 0), ("780161", .notShortest, 0),
    ("fa3f800000", .notShortest, 0), ("fb3ff0000000000000", .notShortest, 0),
    ("fb40f86a0000000000", .notShortest, 0), ("fa80000000", .notShortest, 0),
    ("62c328", .invalidUTF8, 0), ("62c080", .invalidUTF8, 0), ("63eda080", .invalidUTF8, 0),
    ("6261", .lengthTooLarge, 0), ("7bffffffffffffffff", .lengthTooLarge, 0),
    ("9bffffffffffffffff", .lengthTooLarge, 0), ("bb7fffffffffffffff", .lengthTooLarge, 0),
    ("820182", .lengthTooLarge, 2), ("19", .truncated, 0), ("8201", .lengthTooLarge, 0),
    ("a26161016161 02", .duplicateName, 4), ("a26162016161 02", .unsortedNames, 4),
    ("a262616101616202", .unsortedNames, 5), ("0000", .trailingBytes, 1),
    ("f93c00f6", .trailingBytes, 3),
  ]

  @Test("What state cannot hold is refused, with the place of the damage", arguments: refused)
  func refusal(hexadecimal: String, reason: CBORError.Reason, offset: Int) {
    let error = #expect(throws: StateError.self) {
      try StateValue(cbor: [UInt8](hexadecimal: hexadecimal).span)
    }
    #expect(error?.underlying as? CBORError == CBORError(reason: reason, offset: offset))
  }

  @Test("Only an object is accepted where an object is expected")
  func objectsOnly() {
    let error = #expect(throws: StateError.self) { try StateObject(cbor: [0x80].span) }
    #expect(error?.underlying as? CBORError == CBORError(reason: .notAnObject, offset: 0))
  }

  @Test("Every number that fits a half float takes three bytes and comes back")
  func allHalfFloats() throws {
    for pattern in UInt16.min ... .max where pattern & 0x7c00 != 0x7c00 {
      let bytes = [0xf9, UInt8(pattern >> 8), UInt8(pattern & 0xff)]
      let value = try StateValue(cbor: bytes.span)
      var encoded: [UInt8] = []
      try value.appendCBOR(to: &encoded)
      #expect(encoded == bytes)
    }
  }

  @Test("Random values come back as they were", arguments: [1, 2, 3] as [UInt64])
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let object = StateObject.random(using: &generator)
      var bytes: [UInt8] = [7]
      try object.appendCBOR(to: &bytes)
      let decoded = try StateObject(cbor: bytes.span.extracting(1...))
      if decoded != object { Issue.record("seed \(seed): \(StateValue.object(object))") }
    }
  }

  @Test("Any bytes decode to what encodes to the same bytes, or are refused", arguments: [11, 12])
  func hostileBytes(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    for iteration in 0..<50_000 {
      if iteration % 20 == 0 {
        bytes = []
        try StateObject.random(using: &generator, depth: 3).appendCBOR(to: &bytes)
      }
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0...mutated.count, using: &generator)
        switch Int.random(in: 0...3, using: &generator) {
        case 0: mutated.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 1: mutated.removeLast(mutated.count - place)
        case 2 where place < mutated.count: mutated.remove(at: place)
        case 3 where place < mutated.count:
          mutated[place] = UInt8.random(in: 0...255, using: &generator)
        default: break
        }
      }
      guard let value = try? StateValue(cbor: mutated.span) else { continue }
      var encoded: [UInt8] = []
      try value.appendCBOR(to: &encoded)
      if encoded != mutated { Issue.record("seed \(seed): \(mutated.hexadecimal)") }
    }
  }

  @Test("A value as deep as allowed is kept, one level more is refused on both sides")
  func depth() throws {
    var deep: StateValue = [:]
    for _ in 1..<StateValue.maximumDepth { deep = ["in": deep] }
    var bytes: [UInt8] = []
    try deep.appendCBOR(to: &bytes)
    try deep.validate()
    #expect(try StateValue(cbor: bytes.span) == deep)

    let tooDeep: StateValue = ["in": deep]
    let error = #expect(throws: StateError.self) { try tooDeep.appendCBOR(to: &bytes) }
    #expect(error?.path == Array(repeating: "in", count: StateValue.maximumDepth))
    #expect(throws: StateError.self) { try tooDeep.validate() }
    let nested = [UInt8](repeating: 0x81, count: 100_000) + [0x80]
    let damage = #expect(throws: StateError.self) { try StateValue(cbor: nested.span) }
    #expect(
      damage?.underlying as? CBORError
        == CBORError(reason: .tooDeep, offset: StateValue.maximumDepth))
  }

  @Test("A failed encoding names the member and leaves the buffer as it was")
  func unsupported() {
    let object: StateObject = ["last_id": 42, "window": ["ends": [1, .double(.nan)]]]
    var bytes: [UInt8] = [1, 2, 3]
    let error = #expect(throws: StateError.self) { try object.appendCBOR(to: &bytes) }
    #expect(error?.path == ["window", "ends", "1"])
    #expect(bytes == [1, 2, 3])
    #expect(throws: StateError.self) { try object.validate() }
  }
}
