import CBench
import StateJournal

/// A bare loop that writes one record behind the other into one file.
final class WriteLoop: Contender {
  /// How a record gets there, and what it survives.
  enum Kind: String, CaseIterable {
    case write = "write"
    case writeThenSync = "pwrite + fdatasync"
    case writeSynchronously = "pwritev2 RWF_DSYNC"

    fileprivate var call: bench_write_kind {
      switch self {
      case .write: BENCH_WRITE_ONLY
      case .writeThenSync: BENCH_WRITE_THEN_SYNC
      case .writeSynchronously: BENCH_WRITE_SYNCHRONOUSLY
      }
    }
  }

  private static let spaceByteCount = 32 << 20

  private let workplace: Workplace
  private let directory: String
  private let kind: Kind
  private let descriptor: Int32
  private let record: [UInt8]
  private let recordsPerWrite: Int
  private var offset = 0

  /// - Parameter recordsPerWrite: as if so many writers each gave one record to each write.
  init(
    _ kind: Kind, recordByteCount: Int, recordsPerWrite: Int = 1, in workplace: Workplace
  ) throws {
    self.workplace = workplace
    self.kind = kind
    self.recordsPerWrite = recordsPerWrite
    record = [UInt8](repeating: 0x5A, count: recordByteCount * recordsPerWrite)
    directory = try workplace.newDirectory()
    // Space that was written before has no metadata to sync.
    descriptor = try RawFile.open(
      "\(directory)/raw", zeroFilled: kind == .write ? 0 : Self.spaceByteCount)
  }

  deinit { bench_close(descriptor) }

  /// Whether the system has the call at all.
  var isAvailable: Bool { (try? writeOne()) != nil }

  func run(round: Int, seconds: Double) throws -> Sample {
    var latencies = LatencyRecorder()
    let spent = ProcessCounters.now
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var now = begin
    while now < deadline {
      try writeOne()
      let after = MonotonicClock.now
      latencies.record(nanoseconds: after - now)
      now = after
    }
    let count = Double(latencies.count) * Double(recordsPerWrite)
    return Sample(
      perSecond: count * 1e9 / Double(now - begin),
      medianMicroseconds: latencies.microseconds(atShare: 0.5),
      p99Microseconds: latencies.microseconds(atShare: 0.99),
      cpuMicroseconds: ProcessCounters.now.since(spent).cpuMicroseconds / count)
  }

  private func writeOne() throws {
    if offset + record.count > Self.spaceByteCount { offset = 0 }
    let code = unsafe bench_write(descriptor, record, record.count, Int64(offset), kind.call)
    if code != 0 { throw RawFile.failure(kind.rawValue, code) }
    offset += record.count
  }

  func finish() throws { try workplace.remove(directory) }
}
