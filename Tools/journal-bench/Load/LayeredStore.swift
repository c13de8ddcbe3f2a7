import StateJournal
import ToolSupport

/// A store whose state lies in a base and runs on top of it, as compactions leave it.
struct LayeredStore {
  let store: EngineStore
  let directory: String
  let runCount: Int
  /// The topmost run that each stream is in, counted from one; zero where only the base has it.
  private let layers: [UInt8]

  /// Three runs, each much smaller than the one below: 30, 10 and 3 of 100 streams, which overlap.
  static func few(_ directory: String, _ shape: LoadShape) throws -> LayeredStore {
    try LayeredStore(directory, shape, runCount: 3) { stream, layer in
      switch layer {
      case 1: stream % 10 < 3
      case 2: stream / 3 % 10 == 3
      default: stream % 33 == 5
      }
    }
  }

  /// As many runs as a journal leaves at most unless told otherwise, each of one stream in 20 at random,
  /// which is what becomes one of a million streams.
  static func many(_ directory: String, _ shape: LoadShape) throws -> LayeredStore {
    try LayeredStore(directory, shape, runCount: JournalOptions().maximumRunCount) {
      stream, layer in
      SplitMix64.mix(UInt64(layer), UInt64(stream)) % 20 == 0
    }
  }

  /// Opens a new one and fills it.
  private init(
    _ directory: String, _ shape: LoadShape, runCount: Int,
    containing belongs: (_ stream: Int, _ layer: Int) -> Bool
  ) throws {
    var options = shape.journalOptions
    options.compactionByteCount = nil
    options.rewriteShare = .infinity
    store = try EngineStore(opening: directory, shape: shape, options: options)
    try store.fill(streamCount: shape.streamCount)
    try store.compact()
    var layers = [UInt8](repeating: 0, count: shape.streamCount)
    for layer in 1...runCount {
      let streams = (0..<shape.streamCount).filter { belongs($0, layer) }
      for stream in streams { layers[stream] = UInt8(layer) }
      for start in stride(from: 0, to: streams.count, by: 1000) {
        try store.put(
          streams[start..<min(start + 1000, streams.count)].lazy.map { stream in
            (stream, UpdateNumber(writer: UInt64(layer), index: UInt64(stream)))
          })
      }
      guard let report = try store.compact(isFull: false), report.mergedSnapshotCount == 0 else {
        throw BenchFailure("the changes of \(streams.count) streams did not become a run")
      }
    }
    self.directory = directory
    self.runCount = runCount
    self.layers = layers
  }

  /// What a stream holds: the update of the topmost run that it is in.
  func expected(_ stream: Int) -> UpdateNumber {
    let layer = UInt64(layers[stream])
    return UpdateNumber(writer: layer == 0 ? UpdateNumber.filler : layer, index: UInt64(stream))
  }
}
