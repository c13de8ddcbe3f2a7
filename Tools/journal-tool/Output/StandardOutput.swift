import FileIO
import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Standard output through a buffer. After a failure it swallows what comes: the failure is told
/// once, at the end.
final class StandardOutput {
  private static let bufferByteCount = 64 << 10

  private var buffer: [UInt8] = []
  private var errorNumber: Int32 = 0
  private let barLine: BarLine

  /// - Parameter barLine: where a bar may stand that has to make way.
  init(beside barLine: BarLine = BarLine(.none, data: .apart)) {
    self.barLine = barLine
    buffer.reserveCapacity(Self.bufferByteCount + 4096)
  }

  /// Whether writing has failed, so that there is no point in going on.
  var isBroken: Bool { errorNumber != 0 }

  /// Whether writing failed because there was no room.
  var isOutOfSpace: Bool { errorNumber == ENOSPC || errorNumber == EDQUOT }

  /// Whether writing failed because this process may write no larger files.
  var isTooLarge: Bool { errorNumber == EFBIG }

  /// Whether it was closed before the tool began.
  var isClosed: Bool { errorNumber == EBADF }

  /// Why writing failed.
  var failure: String { unsafe String(cString: strerror(errorNumber)) }

  func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    flushIfFull()
  }

  func write(_ bytes: [UInt8]) {
    buffer.append(contentsOf: bytes)
    flushIfFull()
  }

  /// Writes what `body` appends to the buffer, or nothing of it when `body` returns false.
  func write(_ body: (inout [UInt8]) -> Bool) -> Bool {
    let start = buffer.count
    let isWanted = body(&buffer)
    if !isWanted { buffer.removeLast(buffer.count - start) }
    flushIfFull()
    return isWanted
  }

  /// Writes everything out; false when something could not be written.
  func finish() -> Bool {
    flush()
    return !isBroken
  }

  func flush() {
    if !isBroken, let last = buffer.last {
      barLine.makeWay()
      let start = MonotonicClock.now
      errorNumber = OutputDescriptor.standardOutput.writeFully(buffer)
      barLine.passed(
        endsLine: last == UInt8(ascii: "\n"), in: MonotonicClock.now - start)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func flushIfFull() {
    if buffer.count >= Self.bufferByteCount { flush() }
  }
}
