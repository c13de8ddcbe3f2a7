#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the system lets a process and a disk have.
package enum ProcessLimits {
  /// How many files the process may have open; `nil` for no limit.
  package static var openFileCount: UInt64? { softLimit(isOfFiles: true) }

  /// How many bytes a file that the process writes may have; `nil` for no limit.
  package static var fileByteCount: UInt64? { softLimit(isOfFiles: false) }

  /// How many files may still be made on the file system of a directory; `nil` where it makes room for
  /// them as it needs it, and counts none.
  package static func freeFileCount(at path: String) -> UInt64? {
    var info = statvfs()
    guard unsafe statvfs(path, &info) == 0, info.f_files > 0 else { return nil }
    return UInt64(info.f_favail)
  }

  private static func softLimit(isOfFiles: Bool) -> UInt64? {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t((isOfFiles ? RLIMIT_NOFILE : RLIMIT_FSIZE).rawValue)
    #else
      let resource = isOfFiles ? RLIMIT_NOFILE : RLIMIT_FSIZE
    #endif
    guard unsafe getrlimit(resource, &limit) == 0 else { return nil }
    let value = UInt64(limit.rlim_cur)
    return value >= UInt64(Int64.max) ? nil : value
  }
}
