#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the file system of a directory is mounted, and how (`proc_pid_mountinfo(5)`).
package struct MountPoint: Equatable, Sendable {
  /// The directory that it is mounted on.
  package var path: String
  /// What kind of file system it is, such as `ext4`.
  package var type: String
  /// The options of the mount and of the file system.
  package var options: [String]

  /// The mount that a path lies on; `nil` where the system does not tell.
  package static func holding(_ path: String) -> MountPoint? {
    #if os(Linux)
      guard let table = try? MountedFileSystem.mountTable(),
        let resolved = unsafe realpath(path, nil)
      else { return nil }
      defer { unsafe free(resolved) }
      return of(unsafe String(cString: resolved), in: String(decoding: table, as: UTF8.self))
    #else
      return nil
    #endif
  }

  /// The mount that a path, absolute and without links, lies on: of those that lead to it the longest,
  /// and of several in one place the last, which hides the others.
  package static func of(_ path: String, in table: some StringProtocol) -> MountPoint? {
    var best: MountPoint?
    for line in table.split(separator: "\n") {
      guard let mount = MountPoint(line: line) else { continue }
      let isAbove =
        mount.path == "/" || path == mount.path || path.hasPrefix(mount.path + "/")
      if isAbove, mount.path.utf8.count >= best?.path.utf8.count ?? 0 { best = mount }
    }
    return best
  }

  /// number, parent, device, root, mount point, options, any optional ones, "-", type, source, options
  private init?(line: some StringProtocol) {
    let fields = line.split(separator: " ").map { String($0) }
    guard fields.count > 6, let dash = fields.dropFirst(6).firstIndex(of: "-"),
      dash + 1 < fields.count
    else { return nil }
    path = Self.unescaped(fields[4])
    type = fields[dash + 1]
    options = fields[5].split(separator: ",").map { String($0) }
    if dash + 3 < fields.count {
      for option in fields[dash + 3].split(separator: ",").map({ String($0) })
      where !options.contains(option) {
        options.append(option)
      }
    }
  }

  /// Blanks, tabs, line feeds and backslashes stand there as three octal digits.
  private static func unescaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
