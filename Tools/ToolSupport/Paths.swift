#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Names of files and directories.
package enum Paths {
  /// Where a symbolic link leads; nil when it cannot be read.
  package static func destination(of link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(link, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The path from the root that leads to an existing file, through no symbolic link.
  package static func absolute(_ path: String) throws(SystemCallFailure) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw SystemCallFailure(path) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The directory that a path with at least one slash lies in.
  package static func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}
