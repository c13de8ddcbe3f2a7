#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The time of day, for stamps that people read. It may jump when somebody sets it.
package enum WallClock {
  /// Nanoseconds since the start of 1970, UTC.
  package static var now: Int64 { nanoseconds(of: CLOCK_REALTIME) }

  /// The same as of the last tick of the system, a few milliseconds ago at most, for a tenth of the
  /// price.
  package static var recent: Int64 {
    #if os(Linux)
      nanoseconds(of: CLOCK_REALTIME_COARSE)
    #else
      now
    #endif
  }
}

/// A clock that only moves forward, for durations and timeouts.
package enum MonotonicClock {
  /// Nanoseconds since some fixed moment in the past.
  package static var now: Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

  /// The reading of this clock after `duration`, at the latest in 146 years.
  package static func deadline(after duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let limit = Int64.max / 2 / 1_000_000_000
    let whole = min(max(seconds, 0), limit) * 1_000_000_000
    return now + whole + max(attoseconds, 0) / 1_000_000_000
  }
}

extension timespec {
  /// The same time, split as the system wants it.
  init(nanoseconds: Int64) {
    self.init(
      tv_sec: time_t(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  }
}

private func nanoseconds(of clock: clockid_t) -> Int64 {
  var time = timespec()
  // Fails only for an unknown clock or an invalid address.
  let result = unsafe clock_gettime(clock, &time)
  precondition(result == 0, "the system has no such clock")
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
