import CBench
import StateJournal

/// A bare loop that keeps several records on their way to the disk, each a write and a data sync behind
/// it, through a ring that the system shares with us.
final class RingLoop: Contender {
  private let workplace: Workplace
  private let directory: String
  private let depth: Int
  private let ring: Ring
  private let descriptor: Int32
  /// In memory that stays where it is, for as long as records are on their way.
  private let record: RecordBlock
  private let recordByteCount: Int
  private var offset = 0

  /// Throws ``RawFile/Unavailable`` where the system has no such ring.
  ///
  /// - Parameter depth: how many records are on their way.
  init(depth: Int, recordByteCount: Int, in workplace: Workplace) throws {
    self.workplace = workplace
    self.depth = depth
    ring = try Ring(depth: depth)
    self.recordByteCount = recordByteCount
    record = RecordBlock(atLeast: recordByteCount)
    _ = record.append([UInt8](repeating: RawFile.recordByte, count: recordByteCount))
    directory = try workplace.newDirectory()
    try RawFile.makeSpace("\(directory)/raw", WriteLoop.spaceByteCount)
    descriptor = try RawFile.open("\(directory)/raw")
  }

  deinit { bench_close(descriptor) }

  func run(round: Int, seconds: Double) throws -> Sample {
    var latencies = LatencyRecorder()
    let spent = ProcessCounters.now
    let begin = MonotonicClock.now
    let deadline = begin + Int64(seconds * 1e9)
    var now = begin
    var begins = [Int64](repeating: begin, count: depth)
    for number in begins.indices { submit(number) }
    var countOnTheirWay = depth
    while countOnTheirWay > 0 {
      let number = try ring.wait()
      now = MonotonicClock.now
      latencies.record(nanoseconds: now - begins[number])
      if now < deadline {
        begins[number] = now
        submit(number)
      } else {
        countOnTheirWay -= 1
      }
    }
    return Sample(latencies, nanoseconds: now - begin, since: spent)
  }

  private func submit(_ number: Int) {
    if offset + recordByteCount > WriteLoop.spaceByteCount { offset = 0 }
    ring.submit(number, record, recordByteCount, to: descriptor, at: offset)
    offset += recordByteCount
  }

  func finish() throws {
    try RawFile.expect(offset, inFirst: offset, of: "\(directory)/raw")
    try workplace.remove(directory)
  }

  @safe private final class Ring {
    private let pointer: OpaquePointer

    init(depth: Int) throws {
      var opened: OpaquePointer?
      try RawFile.check(unsafe bench_ring_open(UInt32(depth), &opened), "open a ring")
      guard let opened = unsafe opened else { throw RawFile.Unavailable(call: "a ring") }
      unsafe pointer = opened
    }

    deinit { unsafe bench_ring_close(pointer) }

    /// The record must be there until ``wait()`` has given its number.
    func submit(
      _ number: Int, _ record: RecordBlock, _ byteCount: Int, to descriptor: Int32, at offset: Int
    ) {
      unsafe record.withBytes { bytes in
        unsafe bench_ring_submit(
          pointer, descriptor, bytes.baseAddress, byteCount, Int64(offset), UInt64(number))
      }
    }

    func wait() throws -> Int {
      var number: UInt64 = 0
      try RawFile.check(unsafe bench_ring_wait(pointer, &number), "write and sync through a ring")
      return Int(number)
    }
  }
}
