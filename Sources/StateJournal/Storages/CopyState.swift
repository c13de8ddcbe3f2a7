/// What ``copyState(from:to:replacing:progress:)`` has done.
public struct StateCopyReport: Sendable, Equatable {
  /// Sources that were written.
  public var copiedSourceCount = 0
  /// Sources that were there already, as a run that was interrupted has left them.
  public var presentSourceCount = 0
  /// Streams and other keys of all of these.
  public var objectCount = 0

  /// Nothing done yet.
  public init() {}
}

/// Copies all state from one storage to another, source by source, and reads back what it wrote.
///
/// A source that is in the target already, equal to the last bit, is left alone, so a copy that was
/// interrupted is resumed by starting it again. Sources that only the target has are left alone too.
/// At the end everything is compared once more, so that a change made to the origin meanwhile is
/// noticed: stop the jobs first, or start the copy again until it succeeds.
///
/// ```swift
/// let old = try await FileStateStorage.open("state")
/// let new = try await JournalStateStorage.open("journal")
/// let report = try await copyState(from: old, to: new)
/// ```
///
/// - Parameters:
///   - origin: where the state is now.
///   - target: where it is to be.
///   - replacing: what to do with a source that the target holds in another state: with false it is an
///     error, since it could be newer than what the origin has; with true it is replaced.
///   - progress: called after each source with its name.
/// - Throws: the storages' own errors; ``StateError/Reason/storage`` with the source's name when the
///   target holds it in another state, when what was read back is not what was written, and when the
///   origin has changed during the copy.
public func copyState(
  from origin: some ListingStateStorage, to target: some StateStorage, replacing: Bool = false,
  progress: @Sendable (_ source: String) -> Void = { _ in }
) async throws(StateError) -> StateCopyReport {
  var report = StateCopyReport()
  for source in try await origin.sources() {
    let state = try await origin.read(source)
    let present = try await target.read(source)
    if present == state {
      report.presentSourceCount += 1
    } else {
      if !present.isEmpty, !replacing {
        throw StateError(
          .storage,
          "the target already has another state of the source \(source.debugDescription); "
            + "remove it there, or copy with `replacing`")
      }
      try await target.write(state, to: source)
      guard try await target.read(source) == state else {
        throw StateError(
          .storage,
          "the target does not give back what was written of the source \(source.debugDescription); "
            + "do not use it, and keep the origin")
      }
      report.copiedSourceCount += 1
    }
    report.objectCount += state.streams.count + state.others.count
    progress(source)
  }
  for source in try await origin.sources() {
    guard try await origin.read(source) == target.read(source) else {
      throw StateError(
        .storage,
        "the source \(source.debugDescription) has changed during the copy; stop the jobs that "
          + "write it and copy again with `replacing`")
    }
  }
  return report
}
