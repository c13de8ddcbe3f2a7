import StateJournal

/// A store that a process left behind, and what opening it in another costs.
///
/// What was loaded once is copied for each opening, and is durable then; what a kill is to leave in the
/// page cache is loaded into each copy anew. A store opened twice would have been made durable by the
/// first opening, and a copied log is in the page cache as a whole.
final class OpeningCase {
  private let directory: String
  private let workplace: Workplace
  private let engine: String
  private let shape: LoadShape
  private let eachTime: [[String: String]]
  private var last: ChildOutput?
  /// The copy that was opened last.
  private var copy: String?

  /// Milliseconds from the start of the process to the first value read.
  private(set) var startToRead = Rounds()
  /// Milliseconds of opening alone.
  private(set) var opening = Rounds()
  /// The most memory resident, in MiB.
  private(set) var resident = Rounds()
  /// What was opened, on disk, in millions of bytes.
  private(set) var megabytes = Rounds()

  /// Runs processes that load a new store, one after the other.
  ///
  /// - Parameters:
  ///   - engine: `subject`, `reference` or `sqlite`.
  ///   - loads: the options of each.
  ///   - eachTime: the options of those that load a copy before it is opened.
  init(
    _ engine: String, _ shape: LoadShape, loads: [[String: String]],
    eachTime: [[String: String]] = [], in workplace: Workplace
  ) throws {
    directory = try workplace.newDirectory()
    (self.workplace, self.engine, self.shape) = (workplace, engine, shape)
    self.eachTime = eachTime
    for load in loads { last = try self.load(directory, load) }
  }

  private func load(_ directory: String, _ options: [String: String]) throws -> ChildOutput {
    try ChildOutput(self.options(directory, "load").merging(options) { $1 })
  }

  private func options(_ directory: String, _ operation: String) -> [String: String] {
    var options = [
      "--dir": directory, "--engine": "\(engine):nosync", "--op": operation,
      "--streams": "\(shape.streamCount)", "--value": "\(shape.valueByteCount)",
    ]
    if !shape.compactsByItself { options["--nocp"] = "1" }
    return options
  }

  /// Opens a copy in a new process, which ends by a kill.
  func open() throws {
    try removeCopy()
    let copy = try workplace.newDirectory()
    self.copy = copy
    try StoreDirectory.copy(directory, to: copy)
    for load in eachTime { last = try self.load(copy, load) }
    guard let last else { throw BenchFailure("nothing to load") }
    megabytes.add(try StoreDirectory.megabytes(copy))
    var options = options(copy, "recover")
    options["--key"] = try last.text("last_key")
    options["--seq"] = try last.text("last_seq")
    options["--kill"] = "1"
    let opened = try ChildOutput(options)
    startToRead.add((try opened.number("t_read_ns") - Double(opened.start)) / 1e6)
    opening.add(try opened.number("open_ms"))
    resident.add(try opened.number("rss_mb"))
  }

  /// Checks all of what was opened last.
  func verify(_ phases: [Verification.Phase]) throws {
    guard let copy else { throw BenchFailure("nothing was opened") }
    var shape = shape
    shape.isSynced = false
    let store = try EngineStore(opening: copy, shape: shape)
    try Verification.check(store, streamCount: shape.streamCount, phases: phases)
    try store.close()
  }

  func remove() throws {
    try removeCopy()
    try workplace.remove(directory)
  }

  private func removeCopy() throws {
    guard let copy else { return }
    try workplace.remove(copy)
    self.copy = nil
  }
}
