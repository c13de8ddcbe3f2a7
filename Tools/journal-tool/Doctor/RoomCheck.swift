import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Space, inodes and what the process may use.
enum RoomCheck {
  /// - Parameter storeByteCount: the size of the store: a compaction may need as much again.
  static func space(_ path: String, storeByteCount: Int64) -> [Checkup] {
    var info = statvfs()
    guard unsafe statvfs(path, &info) == 0 else {
      return [
        .warning(
          "space", "cannot be told: \(unsafe String(cString: strerror(errno)))",
          "df -h \(Shell.quoted(path))")
      ]
    }
    let unit = UInt64(info.f_frsize)
    let free = UInt64(info.f_bavail).multipliedReportingOverflow(by: unit)
    let freeBytes = free.overflow ? Int64.max : Int64(clamping: free.partialValue)
    let needed = max(storeByteCount, 64 << 20)
    let text = "\(Units.bytes(freeBytes)) free"
    var found: [Checkup] = []
    if freeBytes < 16 << 20 {
      found.append(.problem("space", text, "free some: commits are about to fail"))
    } else if freeBytes < needed {
      found.append(
        .warning(
          "space", text + ", less than a compaction of \(Units.bytes(storeByteCount)) may need",
          "free some, or compact with --keep 0"))
    } else {
      found.append(.fine("space", text))
    }
    // Some file systems make inodes as they need them, and count none.
    if info.f_files > 0 {
      let count = UInt64(info.f_favail)
      found.append(
        count < 1000
          ? .warning("inodes", "\(Units.count(count)) free", "remove small files on this disk")
          : .fine("inodes", "\(Units.count(count)) free"))
    }
    return found
  }

  /// - Parameter fileCount: the files of the store, of which a reader may open each.
  static func limits(fileCount: Int) -> [Checkup] {
    var found: [Checkup] = []
    let openFiles = softLimit(ofFiles: true)
    let needed = UInt64(fileCount + 64)
    if let openFiles, openFiles < needed {
      found.append(
        .warning(
          "open files",
          "at most \(Units.count(openFiles)), and the store has "
            + Units.count(fileCount, "file"), "raise it: ulimit -n \(needed)"))
    } else {
      found.append(
        .fine("open files", openFiles.map { "at most \(Units.count($0))" } ?? "no limit"))
    }
    if let fileSize = softLimit(ofFiles: false) {
      found.append(
        fileSize < 64 << 20
          ? .problem(
            "file size", "at most \(Units.bytes(Int64(clamping: fileSize)))",
            "a process that passes it is killed; raise it: ulimit -f unlimited")
          : .note("file size", "at most \(Units.bytes(Int64(clamping: fileSize)))"))
    } else {
      found.append(.fine("file size", "no limit"))
    }
    return found
  }

  /// The limit that holds; `nil` for none.
  private static func softLimit(ofFiles: Bool) -> UInt64? {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t((ofFiles ? RLIMIT_NOFILE : RLIMIT_FSIZE).rawValue)
    #else
      let resource = ofFiles ? RLIMIT_NOFILE : RLIMIT_FSIZE
    #endif
    guard unsafe getrlimit(resource, &limit) == 0 else { return nil }
    let value = UInt64(limit.rlim_cur)
    return value >= UInt64(Int64.max) ? nil : value
  }
}
