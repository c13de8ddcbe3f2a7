import StateJournal
import ToolSupport

/// A store with writers that update random streams.
final class StoreContender<Store: BenchStore>: Contender {
  private let workplace: Workplace
  private let directory: String
  private let shape: LoadShape
  private let writerCount: Int
  private let usesTasks: Bool
  private let store: Store
  private var phases: [Verification.Phase]

  /// Opens a new store and fills its streams.
  ///
  /// - Parameter compacts: whether they then become a snapshot.
  init(
    _: Store.Type, _ shape: LoadShape, in workplace: Workplace, writerCount: Int = 1,
    usesTasks: Bool = false, compacts: Bool = false
  ) throws {
    self.workplace = workplace
    self.shape = shape
    self.writerCount = writerCount
    self.usesTasks = usesTasks
    directory = try workplace.newDirectory()
    store = try Store(opening: directory, shape: shape)
    try store.fill(streamCount: shape.streamCount)
    if compacts { try store.compact() }
    phases = [[UpdateNumber.filler: shape.streamCount]]
  }

  func run(round: Int, seconds: Double) throws -> Sample {
    var run = UpdateRun(streamCount: shape.streamCount)
    run.writerCount = writerCount
    run.usesTasks = usesTasks
    run.seconds = seconds
    // Writers of their own in each round, so that the last update of a stream can be told.
    run.firstWriter = UInt64(round) << 13
    let result = try run.run(on: store)
    phases.append(result.counts)
    return Sample(result)
  }

  func finish() throws {
    try store.close()
    let reopened = try Store(opening: directory, shape: shape)
    try Verification.check(reopened, streamCount: shape.streamCount, phases: phases)
    try reopened.close()
    try workplace.remove(directory)
  }
}
