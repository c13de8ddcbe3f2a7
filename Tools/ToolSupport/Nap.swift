import FileIO

/// Short waits, for loops that look again.
package enum Nap {
  /// Waits for as many nanoseconds, but not longer than a millisecond, and returns how many it
  /// meant to wait. A signal may end it early.
  @discardableResult
  package static func take(atMost nanoseconds: Int64 = 1_000_000) -> Int64 {
    let length = min(max(nanoseconds, 1), 1_000_000)
    CurrentThread.sleep(nanoseconds: length)
    return length
  }

  /// Waits for as many nanoseconds. A signal may end it early.
  package static func take(for nanoseconds: Int64) {
    var rest = nanoseconds
    while rest > 0 { rest -= take(atMost: rest) }
  }
}
