/// Whether a store holds what was written.
///
/// Concurrent writers of one stream may come in any order, but the one that came last left its own
/// last update of that stream. So a stream's value must be the last that some writer wrote there, in
/// the last phase in which anybody did; and there is none where nobody did.
enum Verification {
  /// Writers that wrote at the same time: how many updates each made, by its number.
  typealias Phase = [UInt64: Int]

  /// - Parameters:
  ///   - phases: one after the other, each with writers of its own.
  ///   - othersWrote: whether streams in which none of these wrote may hold what somebody wrote before.
  static func check(
    _ store: some BenchStore, streamCount: Int, phases: [Phase], othersWrote: Bool = false
  ) throws {
    try check(
      numbers(in: store, streamCount: streamCount), phases: phases, othersWrote: othersWrote)
  }

  /// Checks that each stream of a store holds just this.
  static func check(
    _ store: some BenchStore, streams: Range<Int>, expecting expected: (Int) -> UpdateNumber
  ) throws {
    var access = store.access()
    for stream in streams {
      let number = try access.number(of: stream)
      if number != expected(stream) { throw wrong(stream, number) }
    }
  }

  private static func numbers(
    in store: some BenchStore, streamCount: Int
  ) throws -> [UpdateNumber?] {
    var access = store.access()
    var numbers: [UpdateNumber?] = []
    numbers.reserveCapacity(streamCount)
    for stream in 0..<streamCount { numbers.append(try access.number(of: stream)) }
    return numbers
  }

  /// Checks what the streams, from the first one on, were found to hold.
  static func check(
    _ numbers: [UpdateNumber?], phases: [Phase], othersWrote: Bool = false
  ) throws {
    // Where nobody wrote, nothing is what must be found.
    var lastPhases = [Int](repeating: -1, count: numbers.count)
    var foundPhases = numbers.map { $0 == nil ? -1 : -2 }
    for (phase, counts) in phases.enumerated() {
      for (writer, count) in counts {
        var last = [UInt64?](repeating: nil, count: numbers.count)
        for index in 0..<UInt64(count) {
          last[UpdateNumber(writer: writer, index: index).stream(of: numbers.count)] = index
        }
        for (stream, number) in numbers.enumerated() {
          guard let index = last[stream] else { continue }
          lastPhases[stream] = phase
          if number == UpdateNumber(writer: writer, index: index) { foundPhases[stream] = phase }
        }
      }
    }
    for (stream, number) in numbers.enumerated() where foundPhases[stream] != lastPhases[stream] {
      if othersWrote, lastPhases[stream] == -1 { continue }
      throw wrong(stream, number)
    }
  }

  private static func wrong(_ stream: Int, _ number: UpdateNumber?) -> BenchFailure {
    let found = number.map { "update \($0.index) of writer \($0.writer)" } ?? "nothing"
    return BenchFailure("stream \(stream) holds \(found), which is not what was written last")
  }
}
