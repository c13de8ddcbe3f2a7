import FileIO
import JournalEngine
public import JournalFormat
import Synchronization

/// The state of a store after one commit: many streams and sources, read at leisure, that belong
/// together.
///
/// ```swift
/// let snapshot = storage.snapshot()
/// let orders = try snapshot.read("orders")
/// let cursor = try snapshot.read(.stream("2024", of: "customers"))
/// ```
///
/// It never changes, slows nobody down and needs no closing. It outlives compactions and even the
/// storage that it comes from; as long as it is kept, it keeps the files that it reads open, so that
/// their space is not given back. All calls are synchronous and may be made from any thread or task;
/// what is not in memory is read from the disk on the calling thread.
public final class StateSnapshot: Sendable {
  /// What is read, and which of its files were found damaged on the way.
  private struct Layers {
    var view: JournalView
    var damaged: Set<SnapshotRange> = []
  }

  /// The last commit whose changes are in it; zero for the state before the first.
  public let sequence: LogSequenceNumber
  private let directory: any Directory
  private let layers: Mutex<Layers>

  init(_ view: JournalView, in directory: any Directory) {
    sequence = view.sequence
    self.directory = directory
    layers = Mutex(Layers(view: view))
  }

  /// The whole state of a source; empty when it has none.
  ///
  /// - Complexity: O(the source's state).
  public func read(_ source: String) throws(StateError) -> SourceState { try state(of: source) }

  /// The object at one address; empty when absent.
  public func read(_ address: StateAddress) throws(StateError) -> StateObject {
    try versioned(address).object
  }

  /// The object at an address with its version; ``StateVersion/absent`` when it is not there.
  public func readVersioned(_ address: StateAddress) throws(StateError) -> VersionedState {
    try versioned(address)
  }

  /// The object at one address as a type of yours, or nil when it is absent or empty.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the state is there but of another shape.
  public func read<T: Decodable>(
    _ address: StateAddress, as type: T.Type
  ) throws(StateError) -> T? {
    try read(address).decodeUnlessEmpty(type, at: address)
  }

  /// The names of a source's streams, or of its other keys, in the order of ``StateMap``.
  public func names(
    of source: String, _ scope: StateAddress.Scope
  ) throws(StateError) -> [String] {
    try stateNames(of: source, scope)
  }

  /// The names of all sources that have state, in the order of ``StateMap``.
  public func sources() throws(StateError) -> [String] { try sourceNames() }
}

extension StateSnapshot: StateReads {
  func get(
    _ key: Span<UInt8>
  ) throws(JournalError) -> (value: [UInt8], sequence: LogSequenceNumber)? {
    while true {
      let view = layers.withLock { $0.view }
      do throws(JournalError) {
        return try view.get(key)
      } catch {
        try replace(view, because: error)
      }
    }
  }

  func forEach(prefix: [UInt8]?, _ body: (Entry) -> Bool) throws(JournalError) {
    try forEach(prefix: prefix, behind: nil, body)
  }

  /// The same for the entries behind a key.
  func forEach(
    prefix: [UInt8]?, behind key: [UInt8]?, _ body: (Entry) -> Bool
  ) throws(JournalError) {
    var last = key
    try walk { (view) throws(JournalError) in
      // The smallest key behind the last one is that key with a zero appended.
      let cursor = view.cursor(prefix: prefix, from: last.map { $0 + [0] })
      var entry = Entry()
      while try cursor.next(into: &entry) {
        if !body(entry) { return }
        last = entry.key
      }
    }
  }

  func skip(_ body: (Entry) -> [UInt8]?) throws(JournalError) {
    var start: [UInt8]?
    try walk { (view) throws(JournalError) in
      var entry = Entry()
      while try view.cursor(from: start).next(into: &entry) {
        guard let next = body(entry) else { return }
        start = next
      }
    }
  }

  private func walk(
    _ body: (JournalView) throws(JournalError) -> Void
  ) throws(JournalError) {
    while true {
      let view = layers.withLock { $0.view }
      do throws(JournalError) {
        return try body(view)
      } catch {
        try replace(view, because: error)
      }
    }
  }

  /// Makes the files without a snapshot that turned out damaged serve instead, if they give the same
  /// moment. Throws `error` itself when they cannot.
  private func replace(_ view: JournalView, because error: JournalError) throws(JournalError) {
    guard case .damage = error.reason, let range = view.range(ofFileAt: error.file) else {
      throw error
    }
    let damaged = layers.withLock { layers in
      layers.damaged.insert(range)
      return layers.damaged
    }
    do throws(JournalError) {
      let reader = try JournalReader(directory, at: sequence, without: damaged)
      layers.withLock { $0.view = reader.view }
    } catch _ {
      // That no other generation can serve follows from the damage, which says more.
      throw error
    }
  }
}

/// One moment of a journal.
extension JournalStateStorage {
  /// The state as it is acknowledged now, to read many streams and sources that belong together.
  ///
  /// - Complexity: O(what changed since the last snapshot file), in time and memory.
  public func snapshot() -> StateSnapshot {
    StateSnapshot(journal.view(), in: journal.directory)
  }

  /// The state as of a commit, a time or a label.
  ///
  /// How far back that reaches is a matter of retention (`JournalOptions.retainedGenerationCount`,
  /// `JournalOptions.retainedHistory`) and of labels.
  ///
  /// - Throws: ``StateError/Reason/storage`` with `JournalError.Reason.unreachable` for a commit that
  ///   the files do not reach back to or that was not made yet, and `unknownLabel`.
  /// - Complexity: O(bytes of log between the commit and the snapshot file before it).
  public func snapshot(at moment: JournalMoment) throws(StateError) -> StateSnapshot {
    try inspector.snapshot(at: moment)
  }

  /// The state as of a moment, without blocking a thread of the shared pool.
  public func snapshot(at moment: JournalMoment) async throws(StateError) -> StateSnapshot {
    try await BlockingWork.run { [self] () throws(StateError) in try snapshot(at: moment) }
  }

  /// Looks into the files of this storage: histories, differences, status, verification.
  public var inspector: JournalInspector {
    JournalInspector(journal.directory.path, in: fileSystem)
  }
}

extension JournalInspector {
  /// The state as of a moment, the last commit unless another is named: takes no lock and stays as it
  /// is, whatever a writer does meanwhile.
  ///
  /// - Throws: ``StateError/Reason/storage`` with the journal's error as its cause, as
  ///   ``forEachEntry(at:of:_:)``.
  /// - Complexity: O(bytes of log between the commit and the snapshot file before it).
  public func snapshot(at moment: JournalMoment = .last) throws(StateError) -> StateSnapshot {
    do throws(JournalError) {
      let directory = try JournalReader.openDirectory(path, in: fileSystem)
      let sequence: LogSequenceNumber? = moment == .last ? nil : try sequence(at: moment)
      return StateSnapshot(try JournalReader(directory, at: sequence).view, in: directory)
    } catch {
      throw StateError(error)
    }
  }
}
