#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the file system of a directory is mounted, and how (`proc_pid_mountinfo(5)`).
struct MountPoint: Equatable {
  var path: String
  var type: String
  var options: [String]

  /// The mount that a path, absolute and without links, lies on: of those that lead to it the longest,
  /// and of several in one place the last, which hides the others.
  static func of(_ path: String, in table: some StringProtocol) -> MountPoint? {
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

  private static let networkTypes: Set<String> = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "afs", "9p", "beegfs",
    "gpfs", "orangefs", "ocfs2", "gfs2", "virtiofs", "davfs",
  ]
  private static let volatileTypes: Set<String> = ["tmpfs", "ramfs", "devtmpfs", "hugetlbfs"]
  private static let copyOnWriteTypes: Set<String> = ["btrfs", "zfs", "bcachefs", "apfs"]

  /// What type and options mean for a store.
  var checkups: [Checkup] {
    let place = "\(type) at \(path)"
    var found: [Checkup] = []
    if Self.networkTypes.contains(type) {
      found.append(
        .warning(
          "file system", "\(place), over a network",
          "locks and syncs are only as good as the server's; keep the store on a local disk"))
    } else if type.hasPrefix("fuse") {
      found.append(
        .warning(
          "file system", "\(place), served by a program",
          "what a sync means is up to that program; keep the store on a local disk"))
    } else if Self.volatileTypes.contains(type) {
      found.append(
        .problem(
          "file system", "\(place), in memory",
          "everything is gone after a restart; keep the store on a disk"))
    } else if type == "overlay" {
      found.append(
        .warning(
          "file system", "\(place), the layer of a container",
          "it goes with the container; mount a volume for the store"))
    } else if Self.copyOnWriteTypes.contains(type) {
      found.append(
        .note("file system", "\(place), copy on write; buffered commits are written, not mapped"))
    } else {
      found.append(.fine("file system", place))
    }
    let known = found.count
    if options.contains("ro") {
      found.append(
        .problem("mount options", "read-only", "jobs cannot write here; remount it read-write"))
    }
    for option in options where option == "nobarrier" || option == "barrier=0" {
      found.append(
        .problem(
          "mount options", "\(option): a sync does not reach the disk",
          "power loss loses acknowledged commits; remount without it"))
    }
    if options.contains("data=writeback") {
      found.append(
        .note("mount options", "data=writeback; checksums tell what a crash may leave in files"))
    }
    if options.contains("discard") {
      found.append(
        .note(
          "mount options",
          "discard: commits may wait some tens of milliseconds when a snapshot is"
            + " removed; fstrim from a timer spares them that"))
    }
    if found.count == known {
      found.append(.fine("mount options", options.joined(separator: ",")))
    }
    return found
  }

  /// The table of this process; `nil` where there is none to read.
  static func table() -> String? {
    #if os(Linux)
      (try? Input("/proc/self/mountinfo").read()).map { String(decoding: $0, as: UTF8.self) }
    #else
      nil
    #endif
  }
}
