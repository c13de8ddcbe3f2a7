import StateJournal

/// `encode`: a typical update, four members in 100 bytes, from a state value and from a `Codable`
/// type to CBOR.
struct EncodeCell: BenchCell {
  private struct Progress: Codable, Equatable {
    var seq: Int
    var pad: String
    var done: Bool
    var rows: Int
  }

  private static let timesPerPass = 10_000

  private let settings: BenchSettings

  init(_ settings: BenchSettings) throws { self.settings = settings }

  func measure(in workplace: Workplace) throws -> [Figure] {
    let progress = Progress(
      seq: 123_456_789, pad: String(repeating: "x", count: 68), done: false, rows: 4711)
    let object: StateObject = [
      "seq": .int(Int64(progress.seq)), "pad": .string(progress.pad), "done": .bool(false),
      "rows": .int(Int64(progress.rows)),
    ]
    var expected: [UInt8] = []
    try object.appendCBOR(to: &expected)
    guard try StateObject(cbor: expected.span) == object,
      try object.decode(Progress.self) == progress
    else { throw BenchFailure("what was encoded is not what is decoded") }

    var race = settings.race("encode", rounds: 7, seconds: 0.1)
    let fromValue = race.add(contender(expected) { try object.appendCBOR(to: &$0) })
    let fromCodable = race.add(
      contender(expected) { try StateObject.appendCBOR(encoding: progress, to: &$0) })
    let nothing = NullEncoder()
    // Nothing about either is known where it is called, as it is in a library.
    let unknown: [(any Encodable, any Encoder)] = [(progress, nothing)]
    let toNothing = race.add(
      WorkContender {
        let before = nothing.memberCount
        for _ in 0..<Self.timesPerPass {
          for (value, encoder) in unknown { try value.encode(to: encoder) }
        }
        guard nothing.memberCount - before == 4 * Self.timesPerPass else {
          throw BenchFailure("a member was lost in encoding")
        }
        return Self.timesPerPass
      })
    let toValue = race.add(
      WorkContender {
        for _ in 0..<Self.timesPerPass {
          if try StateObject(cbor: expected.span).count != 4 {
            throw BenchFailure("a member was lost in decoding")
          }
        }
        return Self.timesPerPass
      })
    let found = try race.run()
    func figure(_ name: String, _ number: Int?, goal: Goal?) -> Figure? {
      guard let lane = found[number] else { return nil }
      return Figure(name, .nanoseconds, lane.perSecond.inverted(scale: 1e9), goal: goal)
    }
    let bytes = "\(expected.count) bytes"
    var codable = figure("Codable to CBOR, \(bytes)", fromCodable, goal: .atMost(300))
    codable?.compare(
      to: "Codable, written nowhere", found[toNothing]?.perSecond.inverted(scale: 1e9))
    return [
      figure("state value to CBOR, \(bytes)", fromValue, goal: .atMost(300)),
      codable,
      figure("CBOR to state value, \(bytes)", toValue, goal: nil),
    ].compactMap { $0 }
  }

  private func contender(
    _ expected: [UInt8], _ encode: @escaping (inout [UInt8]) throws -> Void
  ) -> WorkContender {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(expected.count)
    return WorkContender {
      // A variable of its own: each access to one that the closure shares would be checked.
      var bytes: [UInt8] = []
      swap(&bytes, &buffer)
      defer { swap(&bytes, &buffer) }
      for _ in 0..<Self.timesPerPass {
        bytes.removeAll(keepingCapacity: true)
        try encode(&bytes)
      }
      if bytes != expected { throw BenchFailure("two encodings of one object differ") }
      return Self.timesPerPass
    }
  }
}
