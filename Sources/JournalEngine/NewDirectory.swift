package import FileIO

/// A directory for what is to be written anew, beside what it is made of.
package enum NewDirectory {
  /// Gives a directory to `body`, made where it is missing. One that was made for it goes again when
  /// `body` fails and has left nothing in it, not even a lock, which somebody else may have met by then.
  package static func lend<Result>(
    _ path: String, in fileSystem: any FileSystem,
    to body: (any Directory) throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    let wasMissing = isMissing(path, in: fileSystem)
    let directory = try JournalReader.createDirectory(path, in: fileSystem)
    do throws(JournalError) {
      return try body(directory)
    } catch {
      if wasMissing { removeEmpty(path, in: fileSystem) }
      throw error
    }
  }

  private static func isMissing(_ path: String, in fileSystem: any FileSystem) -> Bool {
    do throws(IOFailure) {
      _ = try fileSystem.openDirectory(path, creating: false)
      return false
    } catch {
      return error.isMissing
    }
  }

  /// Whatever keeps it from going does no harm: an empty directory is in nobody's way.
  private static func removeEmpty(_ path: String, in fileSystem: any FileSystem) {
    let (parent, name) = POSIXFileSystem.split(path)
    try? fileSystem.openDirectory(parent, creating: false).removeDirectory(name)
  }
}
