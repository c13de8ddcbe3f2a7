import DataSources
import FileIO
import Foundation

/// The file that a configuration is read from.
enum ConfigurationFile {
  /// More than any run needs, and little enough to be looked through at once.
  static let maximumByteCount = 1 << 20

  /// The directory, which paths are relative to, and the name in it.
  static func place(of file: String) -> (directory: String, name: String) {
    guard let slash = file.lastIndex(of: "/") else { return (".", file) }
    let path = String(file[..<slash])
    return (path.isEmpty ? "/" : path, String(file[file.index(after: slash)...]))
  }

  /// Reads all of a file, or just more than a configuration may have.
  static func read(
    _ file: String, in files: any FileSystem
  ) throws(DataSourceError) -> [UInt8] {
    do throws(IOFailure) {
      let opened = try open(file, in: files)
      let count = Int(min(try opened.byteCount(), Int64(maximumByteCount) + 1))
      var bytes = [UInt8](repeating: 0, count: count)
      bytes.removeLast(count - (try opened.readFully(into: &bytes, range: 0..<count, at: 0)))
      return bytes
    } catch {
      var failure = DataSourceError(cannot: "read the configuration", error)
      if error.leadsToNoFile, !error.isMissing {
        failure.message += "; name a regular file that this user may read"
      }
      throw failure
    }
  }

  private static func open(
    _ path: String, in files: any FileSystem
  ) throws(IOFailure) -> any File {
    func open(_ path: String) throws(IOFailure) -> any File {
      let (directory, name) = place(of: path)
      return try files.openDirectory(directory, creating: false).openFile(name, .read)
    }
    do throws(IOFailure) {
      return try open(path)
    } catch  where error.isSymbolicLink {
      // Where configurations are handed to containers they are links, and it is read only once.
      return try open(URL(filePath: path).resolvingSymlinksInPath().path)
    }
  }
}
