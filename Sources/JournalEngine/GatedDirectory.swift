import FileIO

/// The directory of a journal, whose writer and compaction both make names durable: their syncs take
/// turns, and after the first that fails, all fail.
///
/// The kernel tells of what went wrong with a directory once to each open one. Of two syncs at a time, the
/// first to come would take the failure that is also about the names of the other, and the other would pass
/// for a success: a compaction would remove what a name replaces that is lost, or a commit be acknowledged in
/// a segment whose name is. Nor does a later success prove anything about names from before; only opening
/// the store anew does.
final class GatedDirectory: Directory {
  private let base: any Directory
  private let failure = Monitor(nil as IOFailure?)

  init(_ base: any Directory) { self.base = base }

  var path: String { base.path }

  func sync() throws(IOFailure) {
    try failure.withLock { failure throws(IOFailure) in
      if let failure { throw failure }
      do throws(IOFailure) {
        try base.sync()
      } catch {
        // In turn, so that nobody's sync begins before this is known.
        failure = error
        throw error
      }
    }
  }

  func list() throws(IOFailure) -> [String] { try base.list() }

  func undecodableNameCount() throws(IOFailure) -> Int { try base.undecodableNameCount() }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    try base.openFile(name, access)
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) {
    try base.rename(name, to: newName)
  }

  func remove(_ name: String) throws(IOFailure) { try base.remove(name) }

  func removeDirectory(_ name: String) throws(IOFailure) { try base.removeDirectory(name) }

  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    try base.openDirectory(name, creating: creating)
  }

  func availableByteCount() throws(IOFailure) -> Int64 { try base.availableByteCount() }

  func makeScratchFile() throws(IOFailure) -> (any File)? { try base.makeScratchFile() }
}
