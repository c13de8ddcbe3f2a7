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

  init() { buffer.reserveCapacity(Self.bufferByteCount + 4096) }

  /// Whether writing has failed, so that there is no point in going on.
  var isBroken: Bool { errorNumber != 0 }

  /// Whether writing failed because there was no room.
  var isOutOfSpace: Bool { errorNumber == ENOSPC || errorNumber == EDQUOT }

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
    if !isBroken { errorNumber = OutputDescriptor.standardOutput.writeFully(buffer) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func flushIfFull() {
    if buffer.count >= Self.bufferByteCount { flush() }
  }
}
