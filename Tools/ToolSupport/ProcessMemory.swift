#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The memory of this process.
package enum ProcessMemory {
  /// The most that was ever resident, in bytes.
  package static var peakByteCount: Int {
    #if os(Linux)
      peakByteCount(of: RUSAGE_SELF.rawValue)
    #else
      peakByteCount(of: RUSAGE_SELF)
    #endif
  }

  /// The most that any one of the processes had that we started and waited for, in bytes. The system
  /// counts what this process had when it started them as theirs.
  package static var childrenPeakByteCount: Int {
    #if os(Linux)
      peakByteCount(of: RUSAGE_CHILDREN.rawValue)
    #else
      peakByteCount(of: RUSAGE_CHILDREN)
    #endif
  }

  private static func peakByteCount(of processes: Int32) -> Int {
    var usage = rusage()
    #if os(Linux)
      _ = unsafe getrusage(__rusage_who_t(processes), &usage)
      return usage.ru_maxrss << 10
    #else
      _ = unsafe getrusage(processes, &usage)
      return usage.ru_maxrss
    #endif
  }

  /// Makes larger allocations fail, and with them the process: memory that is asked for and not
  /// touched never becomes resident, and would go unnoticed.
  package static func limitAddressSpace(to byteCount: UInt64) {
    #if os(Linux)
      var limit = rlimit(rlim_cur: rlim_t(byteCount), rlim_max: rlim_t(byteCount))
      _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #endif
  }
}
