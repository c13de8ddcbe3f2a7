import JournalFormat
import StateJournal

/// Sizes of a store's files.
enum StoreDirectory {
  /// The bytes of all files, in millions.
  static func megabytes(_ path: String) throws -> Double {
    Double(try byteCount(path) { _ in true }) / 1e6
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
}
