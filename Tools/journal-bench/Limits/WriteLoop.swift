import CBench
import StateJournal

/// A bare loop that writes one record behind the other into one file.
final class WriteLoop: Contender {
  /// How a record gets there, and what it survives.
  enum Kind: String {
    case write = "write"
    case appendThenSync = "append, write + fdatasync"
    case allocatedThenSync = "fallocated, pwrite + fdatasync"
    case writeThenSync = "pwrite + fdatasync"
    case writeSynchronously = "pwritev2 RWF_DSYNC"
    case openedSynchronous = "O_DSYNC, pwrite"
    case block = "O_DIRECT and O_DSYNC, pwrite of a block"
    case mapped = "mapping, copy + msync"

    /// Those that survive power loss.
    static let synced: [Kind] = [
      .appendThenSync, .allocatedThenSync, .writeThenSync, .writeSynchronously, .openedSynchronous,
      .block, .mapped,
    ]

    fileprivate var opening: bench_open_kind {
      switch self {
      case .openedSynchronous: BENCH_OPEN_SYNCHRONOUS
      case .block: BENCH_OPEN_DIRECT
      default: BENCH_OPEN_USUAL
      }
    }

    /// What is in the file beforehand. Space that was written before has no metadata to sync.
    fileprivate var space: bench_space_kind? {
      switch self {
      case .write, .appendThenSync: nil
      case .allocatedThenSync: BENCH_SPACE_ALLOCATED
      default: BENCH_SPACE_ZERO_FILLED
      }
    }

    fileprivate var call: bench_write_kind {
      switch self {
      case .write, .openedSynchronous, .block, .mapped: BENCH_WRITE_ONLY
      case .appendThenSync, .allocatedThenSync, .writeThenSync: BENCH_WRITE_THEN_SYNC
      case .writeSynchronously: BENCH_WRITE_SYNCHRONOUSLY
      }
    }
  }

  static let spaceByteCount = 32 << 20

  private let workplace: Workplace
  private let directory: String
  private let kind: Kind
  private let descriptor: Int32
  private let record: [UInt8]
  private let recordsPerWrite: Int
  private var mapping: SyncedMapping?
  private var block: RecordBlock?
  /// Where the next record goes, and how many have been written since the beginning of the file.
  private var offset = 0
  private var writeCount = 0

  private var path: String { "\(directory)/raw" }

  /// Writes a first record; throws ``RawFile/Unavailable`` where the system has no such call.
  ///
  /// - Parameter recordsPerWrite: as if so many writers each gave one record to each write.
  init(
    _ kind: Kind, recordByteCount: Int, recordsPerWrite: Int = 1, in workplace: Workplace
  ) throws {
    self.workplace = workplace
    self.kind = kind
    self.recordsPerWrite = recordsPerWrite
    record = [UInt8](repeating: RawFile.recordByte, count: recordByteCount * recordsPerWrite)
    directory = try workplace.newDirectory()
    if let space = kind.space {
      try RawFile.makeSpace("\(directory)/raw", Self.spaceByteCount, space)
    }
    descriptor = try RawFile.open("\(directory)/raw", kind.opening)
    if kind == .block { block = RecordBlock(atLeast: record.count) }
    if kind == .mapped { mapping = try SyncedMapping(descriptor, Self.spaceByteCount) }
    try writeOne()
  }

  deinit { bench_close(descriptor) }

  func run(round: Int, seconds: Double) throws -> Sample {
    try Sample(seconds: seconds, countPerOperation: recordsPerWrite, writeOne)
  }

  private func writeOne() throws {
    if let block {
      if !block.append(record) {
        block.clear()
        offset += block.byteCount
        try beginAgainAtEnd(block.byteCount)
        _ = block.append(record)
      }
      try RawFile.check(block.write(to: descriptor, at: offset), kind.rawValue)
    } else {
      try beginAgainAtEnd(record.count)
      if let mapping {
        try RawFile.check(mapping.store(record, at: offset), kind.rawValue)
      } else {
        try RawFile.check(
          unsafe bench_write(descriptor, record, record.count, Int64(offset), kind.call),
          kind.rawValue)
      }
      offset += record.count
    }
    writeCount += 1
  }

  /// Goes back to the beginning of the file where there is no room for so many bytes.
  private func beginAgainAtEnd(_ byteCount: Int) throws {
    if offset + byteCount <= Self.spaceByteCount || kind == .appendThenSync { return }
    (offset, writeCount) = (0, 0)
    // What has been written once is no longer merely allocated.
    if kind == .allocatedThenSync {
      try RawFile.makeSpace(path, Self.spaceByteCount, BENCH_SPACE_ALLOCATED)
    }
  }

  func finish() throws {
    try RawFile.expect(
      writeCount * record.count, inFirst: offset + (block?.byteCount ?? 0), of: path)
    try workplace.remove(directory)
  }
}
