import FileIO
import JournalEngine

/// Space, inodes and what the process may use.
enum RoomChecks {
  /// - Parameter storeByteCount: the size of the store: a compaction may need as much again.
  static func space(_ directory: any Directory, storeByteCount: Int64) -> PlaceCheck {
    let freeByteCount: Int64
    do {
      freeByteCount = try directory.availableByteCount()
    } catch {
      return .warning(
        "space", "cannot be told: \(error)", "df -h \(Shell.quoted(directory.path))")
    }
    let text = "\(Units.bytes(freeByteCount)) free"
    if freeByteCount < 16 << 20 {
      return .problem("space", text, "free some: commits are about to fail")
    }
    if freeByteCount < max(storeByteCount, 64 << 20) {
      return .warning(
        "space", text + ", less than a compaction of \(Units.bytes(storeByteCount)) may need",
        "free some, or compact with --keep 0")
    }
    return .fine("space", text)
  }

  /// Nothing where the file system counts none.
  static func inodes(_ path: String) -> [PlaceCheck] {
    guard let count = ProcessLimits.freeFileCount(at: path) else { return [] }
    let text = "\(Units.count(count)) free"
    return count < 1000
      ? [.warning("inodes", text, "remove small files on this disk")] : [.fine("inodes", text)]
  }

  /// - Parameter fileCount: the files of the store, of which a reader may open each.
  static func limits(fileCount: Int) -> [PlaceCheck] {
    [openFiles(needed: UInt64(fileCount + 64), fileCount: fileCount), fileSize]
  }

  private static func openFiles(needed: UInt64, fileCount: Int) -> PlaceCheck {
    guard let limit = ProcessLimits.openFileCount else { return .fine("open files", "no limit") }
    let text = "at most \(Units.count(limit))"
    if limit >= needed { return .fine("open files", text) }
    return .warning(
      "open files", "\(text), and the store has \(Units.count(fileCount, "file"))",
      "raise it: ulimit -n \(needed)")
  }

  private static var fileSize: PlaceCheck {
    guard let limit = ProcessLimits.fileByteCount else { return .fine("file size", "no limit") }
    let text = "at most \(Units.bytes(Int64(clamping: limit)))"
    if limit >= 64 << 20 { return .note("file size", text) }
    return .problem(
      "file size", text, "a process that passes it is killed; raise it: ulimit -f unlimited")
  }
}
