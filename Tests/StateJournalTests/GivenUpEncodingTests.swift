import Foundation
import Testing

@testable import StateJournal

/// What a value does that cannot be followed byte by byte, and what becomes of its code then.
@Suite("Encodings that are given up") struct GivenUpEncodingTests {
  typealias Key = DirectEncodingTests.Key

  private static let (first, second) = (Key(stringValue: "a"), Key(stringValue: "b"))

  /// Goes back to an array that it has left, and on until elements of it have been encoded.
  final class Waiting: Encodable {
    struct Element: Encodable {
      let waiting: Waiting
      func encode(to encoder: any Encoder) throws {
        waiting.encodedCount += 1
        var container = encoder.singleValueContainer()
        try container.encode(waiting.encodedCount)
      }
    }

    private var encodedCount = 0
    private(set) var tryCount = 0

    func encode(to encoder: any Encoder) throws {
      encodedCount = 0
      var container = encoder.container(keyedBy: Key.self)
      var elements = container.nestedUnkeyedContainer(forKey: first)
      try container.encode(0, forKey: second)
      while encodedCount < 3 {
        tryCount += 1
        // A loop without an end, but not for a test.
        guard tryCount <= 100 else { throw DirectEncodingTests.Failure() }
        try elements.encode(Element(waiting: self))
      }
    }
  }

  @Test("A value that waits for its elements to be encoded does not wait for ever")
  func waiting() {
    let waiting = Waiting()
    let outcome = DirectEncodingTests().outcome {
      try StateObject.appendCBOR(encoding: waiting, to: &$0)
    }
    #expect(outcome == "07a2616183010203616200")
    // Once before it is given up, and then as often as it takes.
    #expect(waiting.tryCount == 1 + 3)
  }

  /// How a container is written to, and is to refuse it.
  static let calls: [@Sendable (any UnkeyedEncodingContainer, any Encoder) throws -> Void] = [
    {
      var container = $0
      _ = $1
      try container.encodeNil()
    },
    {
      var container = $0
      _ = $1
      try container.encode(true)
    },
    {
      var container = $0
      _ = $1
      try container.encode("x")
    },
    {
      var container = $0
      _ = $1
      try container.encode(1.5)
    },
    {
      var container = $0
      _ = $1
      try container.encode(1)
    },
    {
      var container = $0
      _ = $1
      try container.encode(UInt64(1))
    },
    {
      var container = $0
      _ = $1
      try container.encode([1])
    },
    {
      var container = $0
      _ = $1
      try container.encode(StateValue.null)
    },
    {
      try [1].encode(to: $1)
      _ = $0
    },
    {
      var container = $1.singleValueContainer()
      _ = $0
      try container.encode(1)
    },
    {
      var container = $1.container(keyedBy: Key.self)
      _ = $0
      try container.encode(1, forKey: first)
    },
    {
      var container = $1.container(keyedBy: Key.self)
      _ = $0
      try container.encode([1], forKey: first)
    },
  ]

  /// Calls in a place that it has left, catches what that throws, and goes on.
  final class Stubborn: Encodable {
    let call: Int
    private(set) var errors: [any Error] = []
    init(call: Int) { self.call = call }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      let elements = container.nestedUnkeyedContainer(forKey: first)
      let inner = container.superEncoder(forKey: second)
      // The first goes on after the second has begun: given up where there are bytes.
      var late = elements
      try? late.encode(1)
      do { try calls[call](elements, inner) } catch { errors.append(error) }
      var tryCount = 0
      while late.count < 4, tryCount < 10 {
        tryCount += 1
        try? late.encode("more")
      }
      guard late.count == 4 else { throw DirectEncodingTests.Failure() }
      try? container.encode(2, forKey: Key(stringValue: "c"))
    }
  }

  @Test("Once given up, every call that can throws, and who catches that is harmless")
  func stubborn() throws {
    for call in Self.calls.indices {
      let stubborn = Stubborn(call: call)
      let outcome = DirectEncodingTests().expectSame(stubborn, "call \(call)")
      #expect(outcome.hasPrefix("07"), "call \(call)")
      #expect(stubborn.errors.count == 1 && stubborn.errors[0] is EncodingGivenUp, "call \(call)")
    }
  }

  @Test("Where nothing is to be written, nothing is, also once all is given up")
  func nowhere() {
    var places = OpenPlaces()
    let outermost = places.open()
    places.become(.object, at: outermost)
    places.set(1, as: "a", at: outermost)
    let byteCount = places.byteCount
    places.giveUp()
    places.set(2, as: "b", at: .nowhere)
    places.add(3, at: .nowhere)
    #expect(places.openElement(at: .nowhere).serial == EncodingPlace.nowhere.serial)
    #expect(places.byteCount == byteCount)
    places.removeAll()
    places.set(2, as: "b", at: .nowhere)
    #expect(places.byteCount == 0)
  }

  /// What other modules encode by their own code.
  struct Foreign: Encodable {
    var data = Data([0, 1, 255])
    var date = Date(timeIntervalSinceReferenceDate: 0.1)
    var url = URL(string: "https://example.org/a?b=c")
    var decimal = Decimal(sign: .minus, exponent: -3, significand: 12_345)
    var identifier = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
  }

  @Test("Foundation's types come to the same bytes either way")
  func foreign() {
    #expect(DirectEncodingTests().expectSame(Foreign(), "of Foundation").hasPrefix("07"))
  }
}
