package import FileIO

extension MountPoint {
  private static let networkTypes: Set<String> = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "afs", "9p", "beegfs",
    "gpfs", "orangefs", "ocfs2", "gfs2", "virtiofs", "davfs",
  ]
  private static let volatileTypes: Set<String> = ["tmpfs", "ramfs", "devtmpfs", "hugetlbfs"]
  private static let copyOnWriteTypes: Set<String> = ["btrfs", "zfs", "bcachefs", "apfs"]

  /// What type and options mean for a store.
  package var checks: [PlaceCheck] { [typeCheck] + optionChecks }

  private var typeCheck: PlaceCheck {
    let place = "\(type) at \(path)"
    if Self.networkTypes.contains(type) {
      return .warning(
        "file system", "\(place), over a network",
        "locks and syncs are only as good as the server's; keep the store on a local disk")
    }
    if type.hasPrefix("fuse") {
      return .warning(
        "file system", "\(place), served by a program",
        "what a sync means is up to that program; keep the store on a local disk")
    }
    if Self.volatileTypes.contains(type) {
      return .problem(
        "file system", "\(place), in memory",
        "everything is gone after a restart; keep the store on a disk")
    }
    if type == "overlay" {
      return .warning(
        "file system", "\(place), the layer of a container",
        "it goes with the container; mount a volume for the store")
    }
    if Self.copyOnWriteTypes.contains(type) {
      return .note(
        "file system", "\(place), copy on write; buffered commits are written, not mapped")
    }
    return .fine("file system", place)
  }

  private var optionChecks: [PlaceCheck] {
    var found: [PlaceCheck] = []
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
    return found.isEmpty ? [.fine("mount options", options.joined(separator: ","))] : found
  }
}
