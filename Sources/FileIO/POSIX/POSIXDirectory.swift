#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One open directory of this machine. Every name is resolved by the kernel against the descriptor,
/// so the directory may be renamed, and its path taken by another, while it is in use.
final class POSIXDirectory: Directory {
  let path: String
  private let descriptor: Descriptor

  private init(path: String, owning number: Int32) {
    self.path = path
    descriptor = Descriptor(owning: number)
  }

  /// Opens the directory at `path`, which may be reached through symbolic links.
  convenience init(path: String) throws(IOFailure) {
    let number = try systemCall(.open, path: path) {
      unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    self.init(path: path, owning: number)
  }

  func removeDirectory(_ name: String) throws(IOFailure) {
    let target = join(path, name)
    try checkName(name, .remove, path: target)
    _ = try systemCall(.remove, path: target) {
      unsafe unlinkat(descriptor.number, name, AT_REMOVEDIR)
    }
  }

  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    let target = join(path, name)
    try checkName(name, .open, path: target)
    if creating { try makeDirectory(name) }
    let number = try systemCall(.open, path: target) {
      unsafe openat(
        descriptor.number, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    }
    return POSIXDirectory(path: target, owning: number)
  }

  /// Creates a subdirectory with mode 0700; one that is already there is left as it is.
  func makeDirectory(_ name: String) throws(IOFailure) {
    let target = join(path, name)
    try checkName(name, .makeDirectory, path: target)
    do throws(IOFailure) {
      _ = try systemCall(.makeDirectory, path: target) {
        unsafe mkdirat(descriptor.number, name, 0o700)
      }
    } catch  where error.isAlreadyThere { return }
    guard let heir = Heir(ofDirectory: descriptor.number) else { return }
    let number = unsafe openat(
      descriptor.number, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else { return }
    let made = Descriptor(owning: number)
    heir.take(made.number)
    _ = made.close()
  }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    let target = join(path, name)
    try checkName(name, .open, path: target)
    // Without O_NONBLOCK, opening a pipe of that name would wait for somebody at its other end.
    let flags = access.flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let number: Int32
    if let created = try createForHeir(name, flags, path: target) {
      number = created
    } else {
      number = try openNumber(name, flags, path: target)
    }
    let file = POSIXFile(path: target, owning: number)
    try file.checkRegular()
    return file
  }

  private func openNumber(_ name: String, _ flags: Int32, path: String) throws(IOFailure) -> Int32 {
    try systemCall(.open, path: path) { unsafe openat(descriptor.number, name, flags, 0o600) }
  }

  /// Creates a file that is to be somebody else's; nil where it is not, or is there already.
  private func createForHeir(
    _ name: String, _ flags: Int32, path: String
  ) throws(IOFailure) -> Int32? {
    guard flags & O_CREAT != 0, let heir = Heir(ofDirectory: descriptor.number) else { return nil }
    do throws(IOFailure) {
      // A file that was there must not change hands: it may be a second name of one that is root's.
      let number = try openNumber(name, flags | O_EXCL, path: path)
      heir.take(number)
      return number
    } catch  where error.isAlreadyThere {
      return nil
    }
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) {
    let target = join(path, name)
    try checkName(name, .rename, path: target)
    try checkName(newName, .rename, path: join(path, newName))
    _ = try systemCall(.rename, path: target) {
      unsafe renameat(descriptor.number, name, descriptor.number, newName)
    }
  }

  func remove(_ name: String) throws(IOFailure) {
    let target = join(path, name)
    try checkName(name, .remove, path: target)
    _ = try systemCall(.remove, path: target) {
      unsafe unlinkat(descriptor.number, name, 0)
    }
  }

  func sync() throws(IOFailure) {
    do throws(IOFailure) {
      try descriptor.makeDurable(.syncDirectory, path: path)
    } catch  where error.code == EINVAL {
      // The file system has no way to sync a directory (some network ones). Nothing can be done
      // better there, and refusing to work would help nobody.
    }
  }

  /// Makes the name of this directory durable. An earlier process may have created it and died
  /// before it could: then it is here now, and a power cut would take it and all that is in it.
  func syncParent() throws(IOFailure) {
    let parentPath = join(path, "..")
    let number: Int32
    do throws(IOFailure) {
      number = try systemCall(.open, path: parentPath) {
        unsafe openat(descriptor.number, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      }
    } catch  where error.code == EACCES {
      // A parent that this user may not read: then it was not this package that created the
      // directory, which opens the parent before it creates anything in it.
      return
    }
    try POSIXDirectory(path: parentPath, owning: number).sync()
  }

  func availableByteCount() throws(IOFailure) -> Int64 {
    var status = statvfs()
    _ = try systemCall(.space, path: path) { unsafe fstatvfs(descriptor.number, &status) }
    let (bytes, overflow) = Int64(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
    return overflow ? .max : bytes
  }
}

extension POSIXDirectory {
  /// In `TMPDIR` if the process was given one, else in `/var/tmp`, which is meant for what is large,
  /// else in `/tmp`.
  func makeScratchFile() throws(IOFailure) -> (any File)? {
    var failure: IOFailure?
    for place in [unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }, "/var/tmp", "/tmp"] {
      guard let place, !place.isEmpty else { continue }
      do throws(IOFailure) {
        return try POSIXDirectory(path: place).makeNamelessFile()
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return nil
  }

  func list() throws(IOFailure) -> [String] {
    var names: [String] = []
    try forEachName { name in
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  func undecodableNameCount() throws(IOFailure) -> Int {
    var count = 0
    try forEachName { name in
      if name == nil { count += 1 }
    }
    return count
  }

  /// Runs `body` on each name, `.` and `..` among them; nil stands for one that is not valid UTF-8.
  private func forEachName(_ body: (String?) -> Void) throws(IOFailure) {
    // A descriptor of its own: two lists at once on a shared one would share its cursor, and each
    // would miss what the other was given.
    let number = try systemCall(.list, path: path) {
      unsafe openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard let stream = unsafe fdopendir(number) else {
      let code = errno
      _ = Descriptor(owning: number).close()
      throw IOFailure(.list, path: path, code: code)
    }
    defer { _ = unsafe closedir(stream) }
    while true {
      // The end and an error both come back as nil; only `errno` tells them apart, and mistaking
      // one for the other would make files look absent.
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        guard errno == 0 else { throw IOFailure(.list, path: path, code: errno) }
        return
      }
      body(unsafe Self.name(of: entry))
    }
  }

  /// The name in an entry, or nil when it is not valid UTF-8. Read in place: the entry is only as
  /// long as its name, so the whole declared structure must not be copied.
  @unsafe private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
    let start = unsafe UnsafeRawPointer(entry).advanced(by: offset)
    return unsafe String(validatingCString: start.assumingMemoryBound(to: CChar.self))
  }
}

extension FileAccess {
  /// The flags of `open` that say the same.
  fileprivate var flags: Int32 {
    switch self {
    case .read: O_RDONLY
    case .readWrite: O_RDWR
    case .createNew: O_RDWR | O_CREAT | O_EXCL
    case .createIfMissing: O_RDWR | O_CREAT
    }
  }
}
