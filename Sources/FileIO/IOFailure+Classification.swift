#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension IOFailure {
  /// Whether the file or directory does not exist: the only failure that means absence.
  public var isMissing: Bool { code == ENOENT }

  /// Whether the disk, or the user's share of it, is full.
  public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }

  /// The error number of a full disk, for failures that are foreseen rather than met.
  public static var noSpaceCode: Int32 { ENOSPC }

  /// The error number of a device that cannot read or write.
  package static var inputOutputCode: Int32 { EIO }

  /// The error number of a file that is shorter than it was.
  public static var shortFileCode: Int32 { EIO }

  /// Whether nobody can write there, as the file system is mounted for reading only.
  package var isOfReadOnlyFileSystem: Bool { code == EROFS }

  /// Whether something of that name is already there.
  public var isAlreadyThere: Bool { code == EEXIST }

  /// Whether a name could not be opened because of what it leads to, or does not: nothing, a symbolic
  /// link, no regular file, or one that this user may not open. Otherwise there may be a file.
  package var leadsToNoFile: Bool {
    isMissing || isSymbolicLink || [EISDIR, EINVAL, ENXIO, EACCES, EPERM].contains(code)
  }

  /// Whether a name could not be opened because it is that of a symbolic link, which is never
  /// followed (see ``Directory/openFile(_:_:)``).
  public var isSymbolicLink: Bool { code == ELOOP }
}

extension IOFailure: CustomStringConvertible {
  /// "write /jobs/state/00…1.journal: No space left on device (errno 28)".
  public var description: String {
    let text = unsafe String(cString: strerror(code))
    return "\(operation.rawValue) \(path): \(text) (errno \(code))"
  }
}
