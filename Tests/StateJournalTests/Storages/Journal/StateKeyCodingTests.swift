import StorageSimulator
import Testing

@testable import StateJournal

@Suite("Keys of state") struct StateKeyCodingTests {
  /// All names of one to three characters that are awkward behind a zero byte, and the longest ones.
  static let names: [String] = {
    let characters: [Unicode.Scalar] = ["\0", "\u{1}", "\u{2}", "\u{3}", "a", "\u{10FFFF}"]
    var names = [""]
    var shorter = [""]
    for _ in 1...3 {
      shorter = shorter.flatMap { name in
        characters.map { character in
          var longer = name.unicodeScalars
          longer.append(character)
          return String(longer)
        }
      }
      names += shorter
    }
    for character in ["\0", "x"] {
      names.append(String(repeating: character, count: StateAddress.maximumNameByteCount))
    }
    return Array(names.dropFirst())
  }()

  @Test("A key gives back the address it was made from")
  func roundTrip() throws {
    for source in Self.names {
      for address in [StateAddress.stream("n", of: source), .others("n", of: source)] {
        let key = StateKeyCoding.key(of: address)
        #expect(try StateKeyCoding.address(of: key.span) == address, "\(source.debugDescription)")
      }
      let address = StateAddress.stream(source, of: "a\0")
      #expect(try StateKeyCoding.address(of: StateKeyCoding.key(of: address).span) == address)
    }
  }

  @Test("What the keys of a scope begin with begins no key of another source or scope")
  func prefixes() {
    let prefixes = Self.names.flatMap { source in
      StateAddress.Scope.allCases.map { StateKeyCoding.prefix(of: source, $0) }
    }
    // Of sorted byte strings, one is a prefix of another only if it is one of its successor.
    let sorted = prefixes.sorted { $0.lexicographicallyPrecedes($1) }
    for (one, next) in zip(sorted, sorted.dropFirst()) { #expect(!next.starts(with: one)) }
  }

  @Test("Sources stand in the order of their bytes, and a successor is behind its source alone")
  func order() {
    let sorted = Self.names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for (one, next) in zip(sorted, sorted.dropFirst()) {
      let last = StateKeyCoding.key(of: .others("\u{10FFFF}\u{10FFFF}", of: one))
      let first = StateKeyCoding.key(of: .stream("\0", of: next))
      let successor = StateKeyCoding.successor(ofSource: one)
      #expect(last.lexicographicallyPrecedes(successor), "\(one.debugDescription)")
      #expect(!first.lexicographicallyPrecedes(successor), "\(next.debugDescription)")
    }
  }

  @Test(
    "A key that no address has is refused with its reason",
    arguments: [
      ("", .unendedSource, 0), ("61 62", .unendedSource, 2), ("61 00", .unknownScope, 2),
      ("61 00 FF", .unendedSource, 3), ("61 00 03 6E", .unknownScope, 2),
      ("61 00 00 6E", .unknownScope, 2), ("00 01 6E", .invalidSource, 0),
      ("C3 00 01 6E", .invalidSource, 0), ("61 00 01", .invalidName, 3),
      ("61 00 02 C3", .invalidName, 3), ("61 00 01 ED A0 80", .invalidName, 3),
    ] as [(String, StateKeyCoding.Malformed.Reason, Int)])
  func malformed(hexadecimal: String, reason: StateKeyCoding.Malformed.Reason, offset: Int) {
    let key = [UInt8](hexadecimal: hexadecimal)
    #expect(throws: StateKeyCoding.Malformed(reason: reason, offset: offset)) {
      try StateKeyCoding.address(of: key.span)
    }
  }

  @Test("Any bytes are refused, or are the key of what they decode to")
  func anyBytes() {
    var generator = SeededGenerator(seed: 11)
    let alphabet: [UInt8] = [0x00, 0x00, 0x01, 0x02, 0x61, 0x61, 0xC3, 0xA9, 0xFF]
    var decodedCount = 0
    for _ in 0..<20_000 {
      let key = (0..<Int.random(in: 0...7, using: &generator)).map { _ in
        alphabet[Int.random(in: alphabet.indices, using: &generator)]
      }
      guard let address = try? StateKeyCoding.address(of: key.span) else { continue }
      decodedCount += 1
      #expect(StateKeyCoding.key(of: address) == key)
    }
    #expect(decodedCount > 100)
  }

  @Test("The example in KeysAndValues.md is what is written")
  func documentedExample() throws {
    let key = StateKeyCoding.key(of: .stream("2024", of: "orders"))
    #expect(key == [UInt8](hexadecimal: "6F 72 64 65 72 73 00 01 32 30 32 34"))
    #expect(
      StateKeyCoding.key(of: .others("k", of: "a\0b"))
        == [UInt8](hexadecimal: "61 00 FF 62 00 02 6B"))
    var value: [UInt8] = []
    try StateObject(dictionaryLiteral: ("last_id", 42), ("done", true)).appendCBOR(to: &value)
    #expect(
      value
        == [UInt8](hexadecimal: "A2 64 64 6F 6E 65 F5 67 6C 61 73 74 5F 69 64 18 2A"))
  }
}
