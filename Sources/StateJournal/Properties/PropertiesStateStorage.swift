/// State in one of a job's properties, where jobs that run under a control service keep it.
///
/// The property is named ``property`` and holds `{source: {"streams": {…}, "others": {…}}}`; all other
/// properties are left alone. When a changing call returns, the change is as durable as the properties
/// make it.
///
/// Any number of tasks may use one storage at a time, and changes that wait for the properties
/// together are written together. What others do to the properties meanwhile is noticed as well as
/// the properties can tell (``Properties/replaceAll(_:with:)``): the change is made anew on what is
/// there then, so a closure given to ``update(_:_:)`` may run more than once.
///
/// Every change reads and writes all properties: state that is large or changes often is at home in
/// ``JournalStateStorage``.
public actor PropertiesStateStorage {
  /// The name of the property that holds the state.
  public static let property = ".vdk.data_sources.state"
  /// How often a change is made anew because others have changed the properties meanwhile.
  public static let maximumAttemptCount = 32

  /// Where the state is kept.
  public nonisolated let properties: any Properties
  private let turns = Turns()
  private var waiting = ChangeQueue()

  /// State in these properties.
  public init(in properties: any Properties) { self.properties = properties }

  private func flush() async {
    // Taken only when it is our turn: all who have come by then share one write.
    await turns.take()
    let entries = waiting.take()
    let failure: StateError?
    do {
      try await rewrite { (states) in
        for change in entries.lazy.flatMap(\.changes) {
          states[change.source, default: SourceState()].apply(change)
        }
      }
      failure = nil
    } catch {
      failure = error
    }
    turns.pass()
    for entry in entries { entry.end(failure) }
  }

  /// Changes the states by `change`; called when it is our turn.
  private func rewrite<Result: Sendable>(
    _ change: (inout StateMap<SourceState>) throws(StateError) -> Result
  ) async throws(StateError) -> Result {
    for _ in 0..<Self.maximumAttemptCount {
      let found = try await properties.getAll()
      var states = try Self.states(in: found)
      let result = try change(&states)
      var changed = found
      changed[Self.property] = Self.value(states)
      if changed == found { return result }
      if try await properties.replaceAll(found, with: changed) { return result }
    }
    throw StateError(
      .storage,
      "others have changed the properties \(Self.maximumAttemptCount) times in a row; "
        + "try again, or give the job's state a storage of its own")
  }

  private func states() async throws(StateError) -> StateMap<SourceState> {
    guard let value = try await properties.get(Self.property) else { return [:] }
    return try Self.states(in: [Self.property: value])
  }

  private static func states(
    in properties: StateObject
  ) throws(StateError) -> StateMap<SourceState> {
    guard let value = properties[property] else { return [:] }
    guard let sources = value.object else { throw undecodable("it is no object", []) }
    var states: StateMap<SourceState> = [:]
    for (source, value) in sources {
      guard let object = value.object else { throw undecodable("a source is no object", [source]) }
      do {
        states.appendLast(source, try SourceState(object: object))
      } catch {
        throw undecodable(error.message, [source] + error.path)
      }
    }
    return states
  }

  /// Nil when there is no state at all.
  private static func value(_ states: StateMap<SourceState>) -> StateValue? {
    let sources = states.filter { !$0.value.isEmpty }
    if sources.isEmpty { return nil }
    return .object(StateObject(sources.map { ($0.name, .object($0.value.object)) }))
  }

  private static func undecodable(_ what: String, _ path: [String]) -> StateError {
    StateError(
      .undecodable,
      "the property \(property) holds no state (\(what)); correct it, or remove it to begin anew",
      path: path)
  }
}

extension PropertiesStateStorage: ListingStateStorage {
  public func read(_ source: String) async throws(StateError) -> SourceState {
    try StateAddress.validate(source: source)
    return try await states()[source] ?? SourceState()
  }

  public func sources() async throws(StateError) -> [String] { try await states().names }

  public func write(_ state: SourceState, to source: String) async throws(StateError) {
    try state.validate(as: source)
    try await update(source) { $0 = state }
  }

  public func apply(_ changes: [StateChange]) async throws(StateError) {
    for change in changes { try change.validate() }
    let failure = await withCheckedContinuation { caller in
      if waiting.add(changes, caller) { Task { await self.flush() } }
    }
    if let failure { throw failure }
  }

  public func update<Result: Sendable>(
    _ source: String, _ change: @Sendable (inout SourceState) throws -> Result
  ) async throws(StateError) -> Result {
    try StateAddress.validate(source: source)
    await turns.take()
    defer { turns.pass() }
    return try await rewrite { (states) throws(StateError) in
      var state = states[source] ?? SourceState()
      let result: Result
      do { result = try change(&state) } catch { throw StateError(rejectedBy: error) }
      try state.validate(as: source)
      states[source] = state
      return result
    }
  }
}
