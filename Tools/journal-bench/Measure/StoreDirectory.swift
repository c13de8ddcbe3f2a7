import StateJournal

/// Sizes and removal of a store's directory.
enum StoreDirectory {
  /// The bytes of all files, in millions.
  static func megabytes(_ path: String) throws -> Double {
    let directory = try POSIXFileSystem().openDirectory(path, creating: false)
    var byteCount: Int64 = 0
    for name in try directory.list() where name != "quarantine" {
      do {
        byteCount += try directory.openFile(name, .read).byteCount()
      } catch {
        // A compaction beside us may just have removed it.
        if !error.isMissing { throw BenchFailure(error) }
      }
    }
    return Double(byteCount) / 1e6
  }
}
