import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator

/// The directory that all stores in these tests lie in.
let storePath = "state"

extension SimulatedFileSystem {
  /// A machine on whose disk a store of these files lies.
  static func store(_ files: [String: [UInt8]]) throws -> SimulatedFileSystem {
    let system = SimulatedFileSystem(seed: 1)
    for (name, bytes) in files {
      try system.replaceContents(of: storePath + "/" + name, with: bytes)
    }
    // There before, so that taking the lock changes nothing.
    try system.replaceContents(of: storePath + "/LOCK", with: [])
    return system
  }

  /// Every file as processes see it.
  var image: [String: [UInt8]] {
    get throws {
      var image: [String: [UInt8]] = [:]
      for path in filePaths { image[path] = try contents(of: path) }
      return image
    }
  }

  func bytes(_ name: String) throws -> [UInt8] { try contents(of: storePath + "/" + name) }

  func replace(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var content = try bytes(name)
    change(&content)
    try replaceContents(of: storePath + "/" + name, with: content)
  }

  /// The names in the store's directory, without the quarantine's.
  var storeNames: [String] {
    filePaths.filter { $0.hasPrefix(storePath + "/") }.map { String($0.dropFirst(6)) }
      .filter { !$0.contains("/") }
  }

  var segmentNames: [String] { storeNames.filter { $0.hasSuffix(".journal") } }
  var snapshotNames: [String] { storeNames.filter { $0.hasSuffix(".snapshot") } }
  var quarantineNames: [String] {
    filePaths.filter { $0.hasPrefix(storePath + "/quarantine/") }
  }

  /// Operations, from the one after `count` on, that could change the disk.
  func writes(after count: Int) -> [Operation] {
    operations.dropFirst(count).filter { operation in
      switch operation.kind {
      case .write, .rename, .remove, .truncate, .makeDirectory, .lock: true
      default: operation.changedDisk
      }
    }
  }

  func open(_ options: JournalOptions = .deterministic) throws(JournalError) -> Journal {
    try Journal.open(storePath, in: self, options: options)
  }

  /// What a reader sees.
  func readState(
    within memory: ReplayMemory = .bounded
  ) throws(JournalError) -> (state: StoreState, report: RecoveryReport) {
    try JournalReader.reading(storePath, in: self, within: memory) {
      (reader) throws(JournalError) in
      (try reader.view.state(), reader.report)
    }
  }
}

extension JournalOptions {
  /// No thread in the background and no time that passes: one history, one sequence of operations.
  static var deterministic: JournalOptions {
    var options = JournalOptions()
    options.preallocationByteCount = 0
    options.compactionByteCount = nil
    options.settlesInBackground = false
    options.clock = { 1_700_000_000_000_000_000 }
    // Every opening decides and repairs while another thread is still at the table.
    options.replayedAloneByteCount = 0
    return options
  }

  /// The same, with segments that fill up after a few commits.
  static func small(_ segmentByteCount: Int = 400) -> JournalOptions {
    var options = deterministic
    options.segmentByteCount = segmentByteCount
    return options
  }
}

extension Watermark {
  static func bytes(_ durableThrough: UInt64, isNextSegmentBegun: Bool = false) -> [UInt8] {
    Watermark(
      store: SegmentBuilder.store, durableThrough: LogSequenceNumber(durableThrough), epoch: 1,
      writtenAt: 1_700_000_000_000_000_003, isNextSegmentBegun: isNextSegmentBegun
    ).encoded()
  }
}
