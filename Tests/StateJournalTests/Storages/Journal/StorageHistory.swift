import StateJournal
import StorageSimulator

/// Everything that a storage holds.
typealias WholeState = [String: SourceState]

/// One thing that a job does with a storage.
enum StorageStep: Sendable {
  case open
  case close
  /// The process dies; nothing is lost.
  case kill
  case compact(full: Bool)
  /// Another process compacts.
  case compactFromOutside
  /// A change by any verb, and what it makes of the state.
  case change(
    String, @Sendable (JournalStateStorage) throws(StateError) -> Void,
    @Sendable (inout WholeState) -> Void)
}

/// What a job has been told.
struct StoragePromise: Sendable {
  /// The state after each change that was begun; the first is the state before all of them.
  var states: [WholeState] = [[:]]
  /// How many of them were acknowledged, which here is to say durable.
  var acknowledgedCount = 0

  /// A change is on its way. A source without any state is no source.
  mutating func begin(_ model: (inout WholeState) -> Void) {
    var next = states[acknowledgedCount]
    model(&next)
    states.append(next.filter { !$0.value.isEmpty })
  }

  func permits(_ found: WholeState) -> Bool { states[acknowledgedCount...].contains(found) }
}

/// A history in which every verb that changes something takes part, among rotations, compactions and
/// openings.
enum StorageHistory {
  static let path = "state"

  /// Segments that fill up after a few changes, no thread and no time.
  static var options: JournalOptions {
    var options = JournalOptions()
    options.preallocationByteCount = 0
    options.compactionByteCount = nil
    options.segmentByteCount = 500
    options.retainedGenerationCount = 0
    options.clock = { 1_700_000_000_000_000_000 }
    return options
  }

  private static func state(_ streams: [String: Int64], others: [String: Int64] = [:])
    -> SourceState
  {
    var state = SourceState()
    for (name, value) in streams { state.streams[name] = ["position": .int(value)] }
    for (name, value) in others { state.others[name] = ["value": .int(value)] }
    return state
  }

  private static func write(_ new: SourceState, to source: String) -> StorageStep {
    .change("write \(source)") { storage throws(StateError) in
      try storage.write(new, to: source)
    } _: {
      $0[source] = new.isEmpty ? nil : new
    }
  }

  private static func update(_ stream: String, _ value: Int64) -> StorageStep {
    .change("update \(stream)") { storage throws(StateError) in
      try storage.update(.stream(stream, of: "orders"), to: ["position": .int(value)])
    } _: {
      $0["orders", default: SourceState()].streams[stream] = ["position": .int(value)]
    }
  }

  private static func remove(_ stream: String) -> StorageStep {
    .change("remove \(stream)") { storage throws(StateError) in
      try storage.source("orders").removeStream(stream)
    } _: {
      $0["orders"]?.streams[stream] = nil
    }
  }

  private static let transaction = StorageStep.change("transaction") {
    storage throws(StateError) in
    try storage.transaction { transaction in
      let old = try transaction.read(.stream("a", of: "orders"))["position"]?.int ?? 0
      try transaction.update(.stream("a", of: "orders"), to: ["position": .int(old + 100)])
      try transaction.update(.others("total", of: "sums"), to: ["value": .int(old)])
      try transaction.removeSource("old")
    }
  } _: {
    let old = $0["orders"]?.streams["a"]?["position"]?.int ?? 0
    $0["orders", default: SourceState()].streams["a"] = ["position": .int(old + 100)]
    $0["sums", default: SourceState()].others["total"] = ["value": .int(old)]
    $0["old"] = nil
  }

  private static let compareAndSet = StorageStep.change("compare and set") {
    storage throws(StateError) in
    let address = StateAddress.stream("a", of: "orders")
    let version = try storage.readVersioned(address).version
    try storage.update(address, to: ["position": 7], ifVersion: version)
  } _: {
    $0["orders", default: SourceState()].streams["a"] = ["position": 7]
  }

  private static let inPlace = StorageStep.change("update in place") {
    storage throws(StateError) in
    try storage.update("orders") { state in
      state.streams["b"] = nil
      state.others["seen"] = ["value": 3]
    }
  } _: {
    $0["orders", default: SourceState()].streams["b"] = nil
    $0["orders", default: SourceState()].others["seen"] = ["value": 3]
  }

  static let steps: [StorageStep] = [
    .open,
    write(state(["a": 1, "b": 1], others: ["x": 1]), to: "orders"),
    write(state(["z": 1]), to: "old"), update("c", 2), transaction,
    .compact(full: false),
    write(state(["a": 5, "d": 5]), to: "orders"), remove("d"), compareAndSet,
    .compactFromOutside, inPlace, update("b", 9),
    .compact(full: true), write(state([:]), to: "sums"), .close,
    .open, transaction, remove("missing"), write(state(["a": 8]), to: "orders"), .kill,
    .open, update("a", 10), .compact(full: true), .close, .compactFromOutside,
  ]

  /// All that a storage holds.
  static func wholeState(of storage: JournalStateStorage) throws -> WholeState {
    var state: WholeState = [:]
    for source in try storage.sources() { state[source] = try storage.read(source) }
    return state
  }
}
