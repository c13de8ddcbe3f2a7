/// Point reads of random streams of a store that is there already.
final class ReadContender<Store: BenchStore>: Contender {
  private let store: Store
  private let directory: String
  private let shape: LoadShape
  private let streams: Range<Int>
  private let expected: (Int) -> UpdateNumber

  /// - Parameters:
  ///   - directory: where the store is, and `shape` what it was opened with.
  ///   - expected: what each stream must hold.
  init(
    _ store: Store, in directory: String, _ shape: LoadShape, streams: Range<Int>,
    expecting expected: @escaping (Int) -> UpdateNumber = UpdateNumber.filling
  ) {
    (self.store, self.directory, self.shape) = (store, directory, shape)
    (self.streams, self.expected) = (streams, expected)
  }

  func run(round: Int, seconds: Double) throws -> Sample {
    try ReadRun(streams: streams, seconds: seconds).run(on: store, expecting: expected)
  }

  func finish() throws {
    try store.close()
    let reopened = try Store(opening: directory, shape: shape)
    try Verification.check(reopened, streams: streams, expecting: expected)
    try reopened.close()
  }
}
