/// Point reads of random streams of a store that is there already.
final class ReadContender<Store: BenchStore>: Contender {
  private let store: Store
  private let streams: Range<Int>
  private let expected: (Int) -> UpdateNumber?

  /// - Parameter expected: what each stream must hold.
  init(
    _ store: Store, streams: Range<Int>,
    expecting expected: @escaping (Int) -> UpdateNumber? = ReadContender.filled
  ) {
    (self.store, self.streams, self.expected) = (store, streams, expected)
  }

  static func filled(_ stream: Int) -> UpdateNumber? {
    UpdateNumber(writer: UpdateNumber.filler, index: UInt64(stream))
  }

  func run(round: Int, seconds: Double) throws -> Sample {
    try ReadRun(streams: streams, seconds: seconds).run(on: store, expecting: expected)
  }

  func finish() throws { try store.close() }
}
