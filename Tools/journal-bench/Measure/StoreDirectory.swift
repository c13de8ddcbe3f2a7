import JournalFormat
import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A store's files.
enum StoreDirectory {
  /// The bytes of all files, in millions.
  static func megabytes(_ path: String) throws -> Double {
    Double(try byteCount(path) { _ in true }) / 1e6
  }

  /// Whether there is nothing in it, or no directory at all.
  static func isEmpty(_ path: String) -> Bool {
    (try? POSIXFileSystem().openDirectory(path, creating: false).list().isEmpty) ?? true
  }

  /// The bytes of the files that are wanted; those of others' stores have no kind.
  static func byteCount(_ path: String, of isWanted: (FileName?) -> Bool) throws -> Int64 {
    let directory = try POSIXFileSystem().openDirectory(path, creating: false)
    var byteCount: Int64 = 0
    for name in try directory.list() {
      let kind = FileName(name)
      if kind == .quarantine || !isWanted(kind) { continue }
      do {
        byteCount += try directory.openFile(name, .read).byteCount()
      } catch {
        // A compaction beside us may just have removed it.
        if !error.isMissing { throw BenchFailure(error) }
      }
    }
    return byteCount
  }

  /// Copies the files durably into a directory that has none. Snapshots, which nobody writes to, get a
  /// second name instead, where the file system gives one.
  static func copy(_ path: String, to other: String) throws {
    let source = try POSIXFileSystem().openDirectory(path, creating: false)
    let target = try POSIXFileSystem().openDirectory(other, creating: false)
    for name in try source.list() {
      if case .snapshot = FileName(name),
        unsafe link("\(path)/\(name)", "\(other)/\(name)") == 0
      {
        continue
      }
      let file = try source.openFile(name, .read)
      let byteCount = try file.byteCount()
      let copied = try target.openFile(name, .createIfMissing)
      try file.copy(0..<byteCount, to: copied, at: 0)
      try copied.sync()
    }
    try target.sync()
  }
}
