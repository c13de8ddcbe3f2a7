import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A directory of our own for the files of a measurement.
struct Workplace {
  let path: String

  /// Makes it inside `parent`.
  init(in parent: String) throws {
    path = "\(parent)/journal-bench-\(getpid())"
    _ = try POSIXFileSystem().openDirectory(path, creating: true)
  }

  /// The path of a new directory in it.
  func directory(_ name: String) throws -> String {
    let inside = "\(path)/\(name)"
    _ = try POSIXFileSystem().openDirectory(inside, creating: true)
    return inside
  }

  /// Removes a directory of ``directory(_:)`` with everything in it.
  func remove(_ name: String) throws {
    let inside = try POSIXFileSystem().openDirectory("\(path)/\(name)", creating: false)
    for file in try inside.list() { try inside.remove(file) }
    if unsafe rmdir(inside.path) != 0 { throw IOFailure(.remove, path: inside.path, code: errno) }
  }

  /// Removes the workplace itself, which must be empty.
  func remove() throws {
    if unsafe rmdir(path) != 0 { throw IOFailure(.remove, path: path, code: errno) }
  }
}
