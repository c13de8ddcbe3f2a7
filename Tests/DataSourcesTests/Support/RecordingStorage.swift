import DataSources
import StateJournal
import Synchronization

/// A storage in memory that checks, at every commit, that the data is there already, and that can
/// fail before or after a commit.
final class RecordingStorage: StateStorage {
  /// What a failing commit leaves behind.
  enum Failure: CaseIterable, Sendable {
    case nothingApplied
    /// As after a crash between the commit and its acknowledgement.
    case appliedAllTheSame
  }

  private struct State {
    var commits: [[StateChange]] = []
    var commitsUntilFailure: Int?
    var failure = Failure.nothingApplied
    var violations: [String] = []
  }

  private let base = InMemoryStateStorage()
  private let sink: RecordingSink?
  private let trace: Trace
  private let state = Mutex(State())

  init(checking sink: RecordingSink? = nil, trace: Trace = Trace()) {
    self.sink = sink
    self.trace = trace
  }

  /// The batches that were committed.
  var commits: [[StateChange]] { state.withLock { $0.commits } }
  /// Commits that came before their data.
  var violations: [String] { state.withLock { $0.violations } }

  /// Makes the commit behind `count` more ones fail; `nil` takes it back.
  func fail(afterCommits count: Int?, _ failure: Failure = .nothingApplied) {
    state.withLock { ($0.commitsUntilFailure, $0.failure) = (count, failure) }
  }

  func read(_ source: String) async throws(StateError) -> SourceState {
    try await base.read(source)
  }

  func write(_ state: SourceState, to source: String) async throws(StateError) {
    try await base.write(state, to: source)
  }

  func apply(_ changes: [StateChange]) async throws(StateError) {
    check(changes)
    let failure = state.withLock { state -> Failure? in
      if state.commitsUntilFailure == 0 { return state.failure }
      state.commitsUntilFailure? -= 1
      state.commits.append(changes)
      return nil
    }
    if failure == .nothingApplied { throw StateError(.storage, "the state is read-only") }
    try await base.apply(changes)
    trace.note("commit")
    if failure != nil { throw StateError(.storage, "nobody knows") }
  }

  private func check(_ changes: [StateChange]) {
    for change in changes {
      guard let sink, case .update(let address, let object) = change else { continue }
      let covered = object["at"]?.int ?? 0
      let rows = sink.rows(of: address.name, in: address.source)
      if covered > rows.last ?? 0 {
        state.withLock { $0.violations.append("\(address) covers \(covered), has \(rows)") }
      }
    }
  }
}
