import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension IOFailure {
  /// What to do about it, for a person.
  package var advice: String {
    switch code {
    case ENOSPC: "free some space and try again, what was acknowledged is safe"
    case EDQUOT: "the user's quota is used up: raise it or free some space, and try again"
    case EACCES, EPERM: "give the user of this process access to the file and try again"
    case EROFS: "the file system is mounted read-only: mount it for writing, or only read"
    case EMFILE: "this process has too many open files: raise `ulimit -n` and try again"
    case EFBIG: "this process may write no larger files: raise `ulimit -f` and try again"
    case ENFILE: "this machine has too many open files: close some and try again"
    case ENOLCK: "the file system grants no locks: enable them, or move the store to another one"
    case ENOENT: "the file was there a moment ago: find out who removes it, and try again"
    case EIO:
      "the disk or its connection is failing: look into the kernel's log before trying again"
    case ENOTDIR: "it is a file, and a store is a directory: check the path"
    case EISDIR: "it is a directory where a file belongs: move it away and try again"
    case ELOOP: "it is a symbolic link, which is not followed: put the file itself in its place"
    case EINVAL where operation == .open: "it is no regular file: put the file itself in its place"
    default: "remove the cause and try again"
    }
  }
}
