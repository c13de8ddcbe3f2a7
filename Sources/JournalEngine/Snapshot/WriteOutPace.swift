import FileIO

/// How a snapshot that is being written, or read to see whether it is right, shares the device with commits.
///
/// Left to itself, the kernel gives all of the file to the device in the sync at the end, and the
/// syncs of commits wait behind it: a writer stands still for as long as the device takes for the
/// whole file. So each piece goes to the device as it is written. While commits wait for the device,
/// the next piece comes only after this one has arrived, since a queue of them would be what the
/// commits wait for, and after a rest, so that a slow device is theirs for a part of the time; on a
/// fast one, making the next piece takes longer than the rest. While no commit waits, nothing here
/// does.
package struct WriteOutPace: Sendable {
  /// For each unit of time that a piece took, the device is left alone for so many.
  private static let restPerWork: Int64 = 3
  /// No rest is longer, in nanoseconds: a device that has not answered for a second is no reason to
  /// leave it alone for three.
  private static let longestRest: Int64 = 50_000_000

  /// What the device is given at once while no commit waits: smaller pieces cost more than they save.
  private static let largePieceByteCount: Int64 = 1 << 20

  /// Whether commits wait for the device at this moment.
  private let isDeviceWanted: @Sendable () -> Bool
  /// Where the part of the file begins that the device may not have.
  private var arrivedEnd: Int64 = 0
  /// Where the part begins that it was not given yet.
  private var givenEnd: Int64 = 0
  /// The monotonic time, in nanoseconds, before which it is left alone.
  private var restEnd: Int64 = 0

  package init(isDeviceWanted: @escaping @Sendable () -> Bool) {
    self.isDeviceWanted = isDeviceWanted
  }

  /// Gives the device what has been written to `file` up to `end`.
  mutating func writeOut(_ file: any File, upTo end: Int64) throws(IOFailure) {
    guard isDeviceWanted() else {
      guard end - givenEnd >= Self.largePieceByteCount else { return }
      try file.writeOut(givenEnd..<end, waiting: false)
      givenEnd = end
      return
    }
    takeRest()
    let begin = MonotonicClock.now
    try file.writeOut(arrivedEnd..<end, waiting: true)
    noteWork(from: begin, to: MonotonicClock.now)
    (arrivedEnd, givenEnd) = (end, end)
  }

  /// Reads a piece of a file that nobody waits for: while commits wait for the device, after a rest.
  mutating func read<Failure: Error>(_ piece: () throws(Failure) -> Void) throws(Failure) {
    guard isDeviceWanted() else { return try piece() }
    takeRest()
    let begin = MonotonicClock.now
    try piece()
    noteWork(from: begin, to: MonotonicClock.now)
  }

  private func takeRest() {
    let rest = rest(at: MonotonicClock.now)
    if rest > 0 { CurrentThread.sleep(nanoseconds: rest) }
  }

  /// How long to leave the device alone yet, in nanoseconds.
  func rest(at now: Int64) -> Int64 { min(max(restEnd - now, 0), Self.longestRest) }

  /// The device was at work for us.
  mutating func noteWork(from begin: Int64, to end: Int64) {
    restEnd = end + (end - begin) * Self.restPerWork
  }
}
