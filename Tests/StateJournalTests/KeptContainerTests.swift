import Testing

@testable import StateJournal

/// What is kept from one encoding to the next, for speed, shows in no other way.
@Suite("What encodings keep") struct KeptContainerTests {
  struct Progress: Encodable {
    var seq = 7
    var name = "n"
    var done = false
  }

  struct Place: Encodable {
    var file = "f"
    var line = 3
    var open = true
  }

  class Base: Encodable {
    var first = 1

    private enum CodingKeys: CodingKey { case first }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(first, forKey: .first)
    }
  }

  /// Writes members of its own to the object of its superclass, with keys of another type, and goes
  /// back and forth.
  final class Derived: Base {
    private enum CodingKeys: CodingKey { case second, third }

    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(2, forKey: .second)
      try super.encode(to: encoder)
      var again = encoder.container(keyedBy: CodingKeys.self)
      try again.encode(3, forKey: .third)
    }
  }

  private func bytes(_ value: some Encodable) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try StateObject.appendCBOR(encoding: value, to: &bytes)
    return bytes
  }

  /// As an object made first has it.
  private func expected(_ value: some Encodable) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try StateObject(encoding: value).appendCBOR(to: &bytes)
    return bytes
  }

  @Test("Types that take turns get containers for keys of their own")
  func types() throws {
    for round in 1...3 {
      #expect(try bytes(Progress(seq: round)) == expected(Progress(seq: round)))
      #expect(try bytes(Place(line: round)) == expected(Place(line: round)))
      #expect(try bytes(Derived()) == expected(Derived()))
    }
  }

  @Test("One object may have containers for keys of several types")
  func hierarchy() throws {
    let derived = try bytes(Derived())
    #expect(
      try StateObject(cbor: derived.span) == ["first": 1, "second": 2, "third": 3])
    #expect(DirectEncodingTests().isEncodedDirectly(Derived()))
  }

  /// Keeps its encoder, and has another value written through it.
  final class Keeper: Encodable {
    private(set) var encoders: [any Encoder] = []

    func encode(to encoder: any Encoder) throws {
      encoders.append(encoder)
      try Progress().encode(to: encoder)
    }

    func write(_ value: some Encodable) {
      for encoder in encoders { try? value.encode(to: encoder) }
    }
  }

  /// Has something that was kept written to in the midst of being encoded.
  struct Meddling: Encodable {
    let write: () -> Void

    func encode(to encoder: any Encoder) throws {
      try Progress().encode(to: encoder)
      write()
    }
  }

  @Test("An encoder that outlives its encoding does not reach the next one")
  func keptEncoder() throws {
    let keeper = Keeper()
    #expect(try bytes(keeper) == expected(Progress()))
    #expect(keeper.encoders.count > 1)
    #expect(try bytes(Meddling { keeper.write(Place()) }) == expected(Progress()))
    keeper.write(Place())
    #expect(try bytes(Place(line: 5)) == expected(Place(line: 5)))
  }

  /// Asks for containers for keys of three types, all for the members of one object, and keeps one.
  final class Leaking: Encodable {
    private enum First: CodingKey { case first }
    private enum Second: CodingKey { case second }
    private enum Third: CodingKey { case third }

    private let keptNumber: Int?
    private var writes: [() -> Void] = []

    init(keeping keptNumber: Int?) { self.keptNumber = keptNumber }

    func encode(to encoder: any Encoder) throws {
      try write(1, as: First.first, to: encoder)
      try write(2, as: Second.second, to: encoder)
      try write(3, as: Third.third, to: encoder)
    }

    private func write<Key: CodingKey>(_ number: Int, as key: Key, to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(number, forKey: key)
      guard number == keptNumber else { return }
      writes.append { try? container.encode(0, forKey: key) }
    }

    /// Writes through all that was kept.
    func write() { for write in writes { write() } }
  }

  @Test(
    "A container that outlives its encoding does not reach the next one, whichever of several it is",
    arguments: 1...3)
  func keptContainer(number: Int) throws {
    for _ in 1...10 {
      let leaking = Leaking(keeping: number)
      #expect(try bytes(leaking) == expected(Leaking(keeping: nil)))
      #expect(try bytes(Meddling(write: leaking.write)) == expected(Progress()))
    }
  }

  /// What others encode meanwhile has no part in this.
  @Test("A value is known to keep a container, whichever of several it is", arguments: 1...3)
  func isKnown(number: Int) {
    var lease = EncodingLease()
    func isOwn(after value: some Encodable) -> Bool {
      lease.encoding.clear()
      #expect(lease.encoding.encodeObject(value))
      return isKnownUniquelyReferenced(&lease) && lease.encoding.isContainerOwn
    }
    for _ in 1...2 {
      #expect(isOwn(after: Place()))
      #expect(isOwn(after: Leaking(keeping: nil)))
    }
    let leaking = Leaking(keeping: number)
    #expect(!isOwn(after: leaking))
    leaking.write()
  }

  @Test(
    "Names that begin alike are in order, at every length",
    arguments: [0, 1, 5, 6, 7, 8, 22, 23, 24, 254, 255, 256])
  func names(sharedByteCount: Int) throws {
    let shared = String(repeating: "k", count: sharedByteCount)
    let ends = ["", "b", "a", "\u{e9}", "zz", "za", "~"]
    let object = Dictionary(uniqueKeysWithValues: ends.map { (shared + $0, $0) })
    for _ in 1...5 { #expect(try bytes(object) == expected(object)) }
  }

  @Test("A name that comes twice is written once, however long it is", arguments: [1, 7, 8, 300])
  func twice(nameByteCount: Int) throws {
    struct Twice: Encodable {
      let name: PathKey

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: PathKey.self)
        try container.encode(1, forKey: name)
        try container.encode(false, forKey: PathKey(stringValue: "x"))
        try container.encode("last", forKey: name)
      }
    }
    let twice = Twice(name: PathKey(stringValue: String(repeating: "n", count: nameByteCount)))
    #expect(try bytes(twice) == expected(twice))
  }
}
