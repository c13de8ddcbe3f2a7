#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whose a file or directory is, and who may do what with it.
package struct FileAccessFacts: Sendable {
  /// The number of the user whose it is.
  package var owner: UInt32
  /// The permissions, without the kind.
  package var mode: UInt32
  /// Whether it is a regular file.
  package var isRegularFile: Bool

  /// Whether anybody but the owner may do anything with it.
  package var isOpenToOthers: Bool { mode & 0o077 != 0 }

  /// What is at a path; `nil` when nothing can be told.
  ///
  /// - Parameter followsLinks: whether it is what a link leads to, rather than the link.
  package init?(ofFileAt path: String, followsLinks: Bool) {
    var info = stat()
    let result = unsafe followsLinks ? stat(path, &info) : lstat(path, &info)
    guard result == 0 else { return nil }
    owner = UInt32(info.st_uid)
    mode = UInt32(info.st_mode) & 0o7777
    isRegularFile = UInt32(info.st_mode) & UInt32(S_IFMT) == UInt32(S_IFREG)
  }

  /// The number of the user that this process acts for; 0 may do everything.
  package static var currentUser: UInt32 { UInt32(geteuid()) }

  /// Whether this process may list a directory and make and remove files in it.
  package static func mayChangeDirectory(at path: String) -> Bool {
    unsafe access(path, R_OK | W_OK | X_OK) == 0
  }
}
