import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A directory of our own for the files of a measurement.
final class Workplace {
  let path: String
  private var directoryCount = 0

  private init(in parent: String) throws {
    path = "\(parent)/journal-bench-\(getpid())"
    _ = try POSIXFileSystem().openDirectory(path, creating: true)
  }

  /// Makes one inside `parent` for as long as `body` runs, and removes it with all that is left in
  /// it, whatever `body` came to.
  static func use<Result>(in parent: String, _ body: (Workplace) throws -> Result) throws -> Result
  {
    let workplace = try Workplace(in: parent)
    let result: Result
    do {
      result = try body(workplace)
    } catch {
      try? workplace.remove(workplace.path)
      throw error
    }
    try workplace.remove(workplace.path)
    return result
  }

  /// The path of a new directory in it.
  func newDirectory() throws -> String {
    directoryCount += 1
    let inside = "\(path)/\(directoryCount)"
    _ = try POSIXFileSystem().openDirectory(inside, creating: true)
    return inside
  }

  /// Removes a directory of ours with everything in it.
  func remove(_ path: String) throws {
    let directory = try POSIXFileSystem().openDirectory(path, creating: false)
    for name in try directory.list() {
      if (try? directory.openDirectory(name, creating: false)) != nil {
        try remove("\(path)/\(name)")
      } else {
        try directory.remove(name)
      }
    }
    if unsafe rmdir(path) != 0 { throw IOFailure(.remove, path: path, code: errno) }
  }
}
