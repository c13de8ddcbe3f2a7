import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What anybody who writes in a directory changes: each file's identity, size and times, and the
/// times of the directories themselves.
struct DirectoryFingerprint: Equatable {
  private struct Facts: Equatable {
    var file: UInt64
    var byteCount: Int64
    var changes: [Int64]
  }

  private var facts: [String: Facts] = [:]

  init(_ path: String) throws(TortureFailure) {
    do throws(IOFailure) {
      try add(path)
    } catch {
      throw TortureFailure(.failed, "\(error)")
    }
  }

  /// The names that are new, gone or changed.
  func difference(to other: DirectoryFingerprint) -> String {
    Set(facts.keys).union(other.facts.keys).filter { facts[$0] != other.facts[$0] }.sorted()
      .joined(separator: ", ")
  }

  private mutating func add(_ path: String) throws(IOFailure) {
    var status = stat()
    if unsafe lstat(path, &status) != 0 { throw IOFailure(.open, path: path, code: errno) }
    #if canImport(Darwin)
      let times = [status.st_mtimespec, status.st_ctimespec]
    #else
      let times = [status.st_mtim, status.st_ctim]
    #endif
    facts[path] = Facts(
      file: UInt64(status.st_ino), byteCount: Int64(status.st_size),
      changes: times.flatMap { [Int64($0.tv_sec), Int64($0.tv_nsec)] })
    guard status.st_mode & S_IFMT == S_IFDIR else { return }
    for name in try POSIXFileSystem().openDirectory(path, creating: false).list() {
      try add("\(path)/\(name)")
    }
  }
}
