import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where paths lead through symbolic links.
enum Link {
  /// The path without links of what is there; `nil` where nothing is, or it cannot be looked at.
  static func resolved(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The file that is meant by a path: what a link leads to, whether or not it is there yet. Anything
  /// else than a link is meant as it is written.
  static func end(of path: String) -> String {
    guard target(of: path) != nil else { return path }
    // A link to what has no path, such as a pipe, cannot be replaced by a file there.
    if unsafe access(path, F_OK) == 0 { return resolved(path) ?? path }
    var path = path
    // As many as the kernel follows.
    for _ in 0..<40 {
      guard let target = target(of: path) else { break }
      path = target.hasPrefix("/") ? target : PathText.parent(of: path) + "/" + target
    }
    return path
  }

  /// What a link says; `nil` where there is none.
  private static func target(of path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let byteCount = unsafe readlink(path, &target, target.count)
    guard byteCount > 0 else { return nil }
    return String(decoding: target[..<byteCount].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
