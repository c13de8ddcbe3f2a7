import FileIO

/// How long a sync takes here: writes a small file of its own, syncs after each write, removes it.
struct SyncProbe {
  private static let blockByteCount = 4096
  private static let maximumCount = 100
  private static let maximumNanoseconds: Int64 = 2_000_000_000
  private static let namePrefix = ".journal-tool-doctor-"
  private static let nameSuffix = ".tmp"

  /// Nanoseconds of each sync, ascending.
  private var times: [Int64] = []

  /// A file without a name would leave nothing behind, and be no measure: some file systems sync nothing of
  /// what nobody could find again, and others all there is.
  ///
  /// - Parameter onUnfinishedFile: told the path of the file before it is made.
  /// - Throws: what the file system says; the file is removed then too.
  init(
    _ directory: any Directory, onUnfinishedFile: ((String) -> Void)? = nil
  ) throws(IOFailure) {
    // In containers, and after a kill, another process has had the same number.
    let mark = String(UInt32.random(in: .min ... .max), radix: 16)
    let process = ProcessIdentity.current.processIdentifier
    let name = "\(Self.namePrefix)\(process)-\(mark)\(Self.nameSuffix)"
    onUnfinishedFile?(directory.path + "/" + name)
    let file = try directory.openFile(name, .createNew)
    // Without locks, the file may be swept from under its name, which it does not need.
    _ = try? file.tryLock(byteAt: 0)
    let result = Result { () throws(IOFailure) in try Self.measure(file) }
    try? file.close()
    do throws(IOFailure) {
      try directory.remove(name)
    } catch  where error.isMissing {}
    times = try result.get()
  }

  /// Removes what probes have left that were killed. One that is at work holds its file.
  static func sweep(_ directory: any Directory) {
    for name in (try? directory.list()) ?? []
    where name.hasPrefix(namePrefix) && name.hasSuffix(nameSuffix) {
      guard let file = try? directory.openFile(name, .readWrite) else { continue }
      if (try? file.tryLock(byteAt: 0)) == true { try? directory.remove(name) }
      try? file.close()
    }
  }

  private static func measure(_ file: any File) throws(IOFailure) -> [Int64] {
    let block = [UInt8](repeating: 0x5A, count: blockByteCount)
    var times: [Int64] = []
    let start = MonotonicClock.now
    // Written before, so that a sync has no metadata to write, as in a store.
    try file.writeFully(block.span, at: 0)
    try file.sync()
    while times.count < maximumCount, MonotonicClock.now - start < maximumNanoseconds {
      let begin = MonotonicClock.now
      try file.writeFully(block.span, at: 0)
      try file.sync()
      times.append(MonotonicClock.now - begin)
    }
    return times.sorted()
  }

  /// What was measured.
  var latency: PlaceExamination.SyncLatency {
    PlaceExamination.SyncLatency(
      count: times.count,
      median: .nanoseconds(times.isEmpty ? 0 : times[times.count / 2]),
      maximum: .nanoseconds(times.last ?? 0))
  }

  /// What that means for commits.
  var check: PlaceCheck {
    guard let slowest = times.last else {
      return .warning(
        "sync", "no sync ended within two seconds", "look for what keeps the disk busy")
    }
    let median = times[times.count / 2]
    let finding =
      "\(Self.text(median)) in the median, \(Self.text(slowest)) at most, of \(times.count); about"
      + " \(Units.count(1_000_000_000 / max(median, 1))) commits/s one by one"
    if median < 20_000 {
      return .warning(
        "sync", finding + "; faster than any disk",
        "a cache without a battery would lose acknowledged commits; ask who provides the disk")
    }
    if median > 50_000_000 {
      return .warning(
        "sync", finding, "commit in batches, or use buffered durability; look at the disk")
    }
    return .fine("sync", finding)
  }

  private static func text(_ nanoseconds: Int64) -> String {
    nanoseconds < 1_000_000
      ? "\(nanoseconds / 1000) µs"
      : "\(nanoseconds / 1_000_000).\(nanoseconds / 100_000 % 10) ms"
  }
}
