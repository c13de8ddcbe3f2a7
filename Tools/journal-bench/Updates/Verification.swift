/// Whether a store holds what was written.
///
/// Concurrent writers of one stream may come in any order, but the one that came last left its own
/// last update of that stream. So a stream's value must be the last that some writer wrote there, in
/// the last phase in which anybody did; and there is none where nobody did.
enum Verification {
  /// Writers that wrote at the same time: how many updates each made, by its number.
  typealias Phase = [UInt64: Int]

  /// - Parameter phases: one after the other, each with writers of its own.
  static func check(
    _ store: some BenchStore, streamCount: Int, phases: [Phase]
  ) throws {
    var access = store.access()
    var numbers: [UpdateNumber?] = []
    numbers.reserveCapacity(streamCount)
    for stream in 0..<streamCount { numbers.append(try access.number(of: stream)) }
    // Where nobody wrote, nothing is what must be found.
    var lastPhases = [Int](repeating: -1, count: streamCount)
    var foundPhases = numbers.map { $0 == nil ? -1 : -2 }
    for (phase, counts) in phases.enumerated() {
      for (writer, count) in counts {
        var last = [UInt64?](repeating: nil, count: streamCount)
        for index in 0..<UInt64(count) {
          last[UpdateNumber(writer: writer, index: index).stream(of: streamCount)] = index
        }
        for (stream, number) in numbers.enumerated() {
          guard let index = last[stream] else { continue }
          lastPhases[stream] = phase
          if number == UpdateNumber(writer: writer, index: index) { foundPhases[stream] = phase }
        }
      }
    }
    for (stream, number) in numbers.enumerated() where foundPhases[stream] != lastPhases[stream] {
      let found = number.map { "update \($0.index) of writer \($0.writer)" } ?? "nothing"
      throw BenchFailure("stream \(stream) holds \(found), which is not what was written last")
    }
  }
}
