#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The files of this machine, through POSIX calls relative to open directories.
///
/// Everything it creates is private to the user (directories 0700, files 0600; the process's
/// `umask` can only take more away), is not inherited by programs that the process starts, and is
/// never reached through a symbolic link, except for the path of the directory itself.
public struct POSIXFileSystem: FileSystem {
  /// Creates the file system; it has no state of its own.
  public init() {}

  public func openDirectory(
    _ path: String, creating: Bool
  ) throws(IOFailure) -> any Directory {
    guard !path.utf8.contains(0) else { throw IOFailure(.open, path: path, code: EINVAL) }
    guard creating else { return try POSIXDirectory(path: path) }
    do throws(IOFailure) {
      let directory = try POSIXDirectory(path: path)
      try directory.syncParent()
      return directory
    } catch  where error.isMissing && error.operation == .open {
      return try create(path)
    }
  }

  private func create(_ path: String) throws(IOFailure) -> POSIXDirectory {
    let (parentPath, name) = Self.split(path)
    // Opened first: a parent that cannot be synced must not be given a new directory, because
    // the next start would find it there and take it for a durable one.
    let parent = try POSIXDirectory(path: parentPath)
    try parent.makeDirectory(name)
    try parent.sync()
    return try POSIXDirectory(path: path)
  }

  /// The path of the directory that holds `path`, and the name in it.
  static func split(_ path: String) -> (parent: String, name: String) {
    var rest = path[...]
    while rest.count > 1, rest.hasSuffix("/") { rest.removeLast() }
    guard let slash = rest.lastIndex(of: "/") else { return (".", String(rest)) }
    let parent = rest[...slash]
    return (String(parent), String(rest[rest.index(after: slash)...]))
  }
}
