public import JournalFormat

extension JournalInspector {
  /// How many sources are worth an opening each; more of them share one, and a walk through the whole state.
  private static let separateSourceCount = 8

  /// Calls `body` with the state of each of these sources as of a commit (the last one when it is `nil`),
  /// in any order; it is empty where a source had none.
  ///
  /// - Parameters:
  ///   - sources: their names; of one that stands there twice, `body` is called once or twice.
  ///   - sequence: the commit; the last one when it is `nil`.
  ///   - body: receives the name of a source and its state.
  /// - Throws: ``StateError/Reason/invalidName``; ``StateError/Reason/storage`` with the journal's error as
  ///   its cause.
  /// - Complexity: O(bytes of log since the last snapshot + state of these sources) for a few of them, else
  ///   O(bytes of log since the last snapshot + state), however many they are. Memory holds one source's
  ///   state at a time.
  public func forEachState(
    of sources: [String], at sequence: LogSequenceNumber? = nil,
    _ body: (_ source: String, _ state: SourceState) -> Void
  ) throws(StateError) {
    guard sources.count > Self.separateSourceCount else {
      for source in sources { body(source, try state(of: source, at: sequence)) }
      return
    }
    var missing: [[UInt8]: String] = [:]
    for source in sources {
      try StateAddress.validate(source: source)
      missing[Array(source.utf8)] = source
    }
    // The source whose objects are passing, byte for byte: equal text in other bytes is another one.
    var bytes: [UInt8] = []
    var wanted: String?
    var state = SourceState()
    do {
      try forEachEntry(at: sequence) { entry in
        guard case .object(let address, let object) = entry.content else { return true }
        if !address.source.utf8.elementsEqual(bytes) {
          if let wanted { body(wanted, state) }
          bytes = Array(address.source.utf8)
          wanted = missing.removeValue(forKey: bytes)
          state = SourceState()
        }
        if wanted != nil { state[address.scope, address.name] = object }
        return true
      }
    } catch {
      throw StateError(error)
    }
    if let wanted { body(wanted, state) }
    for source in missing.values { body(source, SourceState()) }
  }
}
