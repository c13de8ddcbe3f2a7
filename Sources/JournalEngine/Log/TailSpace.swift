import FileIO
import JournalFormat
import Synchronization

/// How the tail of a segment is written.
package struct TailPolicy: Sendable {
  /// Room for records that begin before a segment's size is reached and end behind it.
  private static let mappedSlackByteCount: Int64 = 1 << 20
  /// Address space is not endless; a segment beyond this is written.
  private static let maximumMappedByteCount: Int64 = 1 << 30
  private static let firstStepByteCount = 64 << 10
  /// What is filled ahead and not used yet is written by the next sync, for nothing.
  private static let largestMappedStep = 1 << 20
  /// The first step of a segment that goes on from one of at least twice that size.
  private static let largerFirstStepByteCount = 512 << 10

  /// Whether appends are copied into a mapping, where the file system allows it.
  package var isMapped: Bool
  /// The most bytes that zero-filled space grows by at once; zero for none.
  package var maximumStep: Int
  /// How much of the file is mapped.
  package var mappedByteCount: Int64
  /// The zero-filled space that a new segment begins with.
  package var firstStep: Int

  /// - Parameter previous: how long the segment before is; where much is written, the next one
  ///   begins with more room, since its first commits come before the thread that adds some.
  package init(_ options: JournalOptions, goingOnFrom previous: Int64 = 0) {
    isMapped = !options.durability.isSynced && options.preallocationByteCount > 0
    maximumStep = options.preallocationByteCount
    if !options.durability.isSynced {
      maximumStep = isMapped ? min(maximumStep, Self.largestMappedStep) : 0
    }
    let isLong = previous >= Int64(2 * Self.largerFirstStepByteCount)
    firstStep = min(
      isLong ? Self.largerFirstStepByteCount : Self.firstStepByteCount, maximumStep)
    mappedByteCount =
      min(Int64(options.segmentByteCount), Self.maximumMappedByteCount) + Self.mappedSlackByteCount
  }
}

/// The zero-filled space at the end of a segment. It grows in steps that double, so that small jobs
/// stay small; whoever grows or cuts it takes turns.
final class TailSpace: Sendable {
  private struct Turn {
    /// Set once the segment is trimmed; nothing may be allocated any more.
    var isSealed = false
  }

  /// What is filled in one turn, so that whoever waits for a turn does not wait for a whole step.
  private static let zeros = [UInt8](repeating: 0, count: 256 << 10)

  private let file: any File
  private let mapping: (any FileMapping)?
  private let maximumStep: Int
  private let turn = Monitor(Turn())
  /// Behind the last byte that is spoken for. Changed only in turn.
  private let allocatedEnd: Atomic<Int64>
  /// Behind the last byte that has been written. Changed only in turn.
  private let zeroedEnd: Atomic<Int64>
  /// How much the next step adds, in bytes. Changed only in turn.
  private let step: Atomic<Int>

  /// - Parameter allocated: the size of the file, which holds records or zeros.
  init(
    file: any File, mapping: (any FileMapping)?, allocated: Int64, firstStep: Int,
    maximumStep: Int
  ) {
    self.file = file
    self.mapping = mapping
    self.maximumStep = maximumStep
    allocatedEnd = Atomic(allocated)
    zeroedEnd = Atomic(allocated)
    step = Atomic(min(firstStep, maximumStep))
  }

  /// Appends may go up to here without asking for space; without preallocation, anywhere.
  var end: Int64 { maximumStep > 0 ? allocatedEnd.load(ordering: .acquiring) : .max }

  /// The file is at least so long.
  var writtenEnd: Int64 { zeroedEnd.load(ordering: .acquiring) }

  /// Whether it is time for another step when records reach up to `used`.
  func isShort(behind used: Int64) -> Bool {
    maximumStep > 0
      && allocatedEnd.load(ordering: .relaxed) - used < Int64(step.load(ordering: .relaxed) / 2)
  }

  /// Adds a step.
  func grow() throws(IOFailure) {
    let goal = turn.withLock { _ in
      allocatedEnd.load(ordering: .relaxed) + Int64(nextStep())
    }
    var isDone = false
    while !isDone {
      isDone = try turn.withLock { turn throws(IOFailure) in
        if turn.isSealed { return true }
        try fill(upTo: goal)
        return allocatedEnd.load(ordering: .relaxed) >= goal
      }
    }
  }

  /// Makes room up to `needed`, for records that are about to be written; returns whether it is
  /// filled with zeros.
  func allocate(atLeast needed: Int64) throws(IOFailure) -> Bool {
    try turn.withLock { turn throws(IOFailure) in
      // The segment goes on after all, where there was no room for the next one.
      turn.isSealed = false
      guard allocatedEnd.load(ordering: .relaxed) < needed else { return true }
      do throws(IOFailure) {
        // No more than a turn's worth beyond what is needed: the rest is added beside the writer.
        let goal = needed + Int64(min(nextStep(), Self.zeros.count))
        while allocatedEnd.load(ordering: .relaxed) < goal { try fill(upTo: goal) }
        return true
      } catch {
        guard error.isOutOfSpace else { throw error }
        // There may be room for the records if not for a whole step. Counted before they are
        // written, so that nobody puts zeros over them.
        allocatedEnd.store(
          max(needed, allocatedEnd.load(ordering: .relaxed)), ordering: .releasing)
        return false
      }
    }
  }

  /// Cuts the file at `offset`, durably.
  func cut(to offset: Int64) throws(IOFailure) {
    try turn.withLock { _ throws(IOFailure) in
      try file.truncate(to: offset)
      try file.sync()
      zeroedEnd.store(offset, ordering: .releasing)
      allocatedEnd.store(offset, ordering: .releasing)
    }
  }

  /// Cuts what lies behind `offset` for good, and makes the file durable.
  func seal(at offset: Int64) throws(IOFailure) {
    try turn.withLock { turn throws(IOFailure) in
      turn.isSealed = true
      if allocatedEnd.load(ordering: .relaxed) > offset {
        try file.truncate(to: offset)
        zeroedEnd.store(offset, ordering: .releasing)
        allocatedEnd.store(offset, ordering: .releasing)
      }
      try file.sync()
    }
  }

  /// How much is to be added now; the next time it is twice that. Called in turn.
  private func nextStep() -> Int {
    let now = step.load(ordering: .relaxed)
    step.store(min(now * 2, maximumStep), ordering: .relaxed)
    return now
  }

  /// Adds zeros up to `goal`, but only a turn's worth. Called in turn.
  private func fill(upTo goal: Int64) throws(IOFailure) {
    let end = allocatedEnd.load(ordering: .relaxed)
    guard end < goal else { return }
    let count = Int(min(Int64(Self.zeros.count), goal - end))
    try file.writeFully(Self.zeros.span.extracting(0..<count), at: end)
    let newEnd = end + Int64(count)
    mapping?.prefault(end..<newEnd)
    zeroedEnd.store(newEnd, ordering: .releasing)
    allocatedEnd.store(newEnd, ordering: .releasing)
  }
}
