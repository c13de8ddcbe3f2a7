import StateJournal

/// A store whose state lies in a base and several runs on top of it, each much smaller than the one
/// below, as compactions leave it.
enum LayeredStore {
  static let runCount = 3

  /// Opens a new one and fills it.
  static func make(_ directory: String, _ shape: LoadShape) throws -> EngineStore {
    var shape = shape
    shape.compactsByItself = false
    let store = try EngineStore(opening: directory, shape: shape)
    try store.fill(streamCount: shape.streamCount)
    try store.compact()
    for layer in 1...runCount {
      let streams = (0..<shape.streamCount).filter { belongs($0, to: layer) }
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
    return store
  }

  /// What a stream holds: the update of the topmost run that it is in.
  static func expected(_ stream: Int) -> UpdateNumber {
    let layer = (1...runCount).last { belongs(stream, to: $0) }
    return UpdateNumber(
      writer: layer.map(UInt64.init) ?? UpdateNumber.filler, index: UInt64(stream))
  }

  /// Runs of 30, 10 and 3 of 100 streams, which overlap.
  private static func belongs(_ stream: Int, to layer: Int) -> Bool {
    switch layer {
    case 1: stream % 10 < 3
    case 2: stream / 3 % 10 == 3
    default: stream % 33 == 5
    }
  }
}
