import StateJournal

/// A store that a process left behind, and what opening it in another costs.
struct OpeningCase {
  /// As it was left; each opening has a copy, since the first one makes durable what the next ones then
  /// find so.
  private let directory: String
  private let workplace: Workplace
  private let engine: String
  private let compactsByItself: Bool
  private let key: String
  private let number: String
  /// On disk, in millions of bytes.
  let megabytes: Double
  /// Of that, in segments.
  let logMegabytes: Double

  /// Milliseconds from the start of the process to the first value read.
  private(set) var startToRead = Rounds()
  /// Milliseconds of opening alone.
  private(set) var opening = Rounds()
  /// The most memory resident, in MiB.
  private(set) var resident = Rounds()

  /// Runs processes that load a new store, one after the other.
  ///
  /// - Parameters:
  ///   - engine: `subject`, `reference` or `sqlite`.
  ///   - loads: the options of each.
  init(
    _ engine: String, _ shape: LoadShape, loads: [[String: String]], in workplace: Workplace
  ) throws {
    directory = try workplace.newDirectory()
    self.workplace = workplace
    self.engine = engine
    compactsByItself = shape.compactsByItself
    var common = [
      "--dir": directory, "--engine": "\(engine):nosync", "--op": "load",
      "--streams": "\(shape.streamCount)", "--value": "\(shape.valueByteCount)",
    ]
    if !shape.compactsByItself { common["--nocp"] = "1" }
    var last: ChildOutput?
    for load in loads { last = try ChildOutput(common.merging(load) { $1 }) }
    guard let last else { throw BenchFailure("nothing to load") }
    key = try last.text("last_key")
    number = try last.text("last_seq")
    megabytes = try StoreDirectory.megabytes(directory)
    logMegabytes =
      try Double(
        StoreDirectory.byteCount(directory) {
          if case .segment = $0 { true } else { false }
        }) / 1e6
  }

  /// Opens a copy of it in a new process, which ends by a kill.
  mutating func open(_ shape: LoadShape) throws {
    let copy = try workplace.newDirectory()
    defer { try? workplace.remove(copy) }
    try StoreDirectory.copy(directory, to: copy)
    var options = [
      "--dir": copy, "--engine": "\(engine):nosync", "--op": "recover", "--key": key,
      "--seq": number, "--kill": "1", "--value": "\(shape.valueByteCount)",
    ]
    if !compactsByItself { options["--nocp"] = "1" }
    let opened = try ChildOutput(options)
    startToRead.add((try opened.number("t_read_ns") - Double(opened.start)) / 1e6)
    opening.add(try opened.number("open_ms"))
    resident.add(try opened.number("rss_mb"))
  }

  /// Checks all of it.
  func verify(_ shape: LoadShape, _ phases: [Verification.Phase]) throws {
    var shape = shape
    shape.isSynced = false
    shape.compactsByItself = compactsByItself
    let store = try EngineStore(opening: directory, shape: shape)
    try Verification.check(store, streamCount: shape.streamCount, phases: phases)
    try store.close()
  }

  func remove() throws { try workplace.remove(directory) }
}
