#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whose what root creates in a directory becomes.
///
/// Files are private. One that maintenance by root leaves in somebody's store would lock that somebody
/// out of it, with the next opening or, worse, in the middle of a job. SQLite gives its files away for
/// the same reason (`robustFchown` in os_unix.c).
struct Heir {
  private let user: uid_t
  private let group: gid_t

  /// The owner of an open directory, where this process is root and the owner is not.
  init?(ofDirectory number: Int32) {
    var status = stat()
    guard geteuid() == 0, unsafe fstat(number, &status) == 0, status.st_uid != 0 else { return nil }
    user = status.st_uid
    group = status.st_gid
  }

  /// Hands over an open file or directory that this process has just created. Where the system refuses,
  /// it stays root's, as it is for any other program.
  func take(_ number: Int32) { _ = fchown(number, user, group) }
}
