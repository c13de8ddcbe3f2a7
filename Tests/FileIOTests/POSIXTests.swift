import FileIO
import Foundation
import Testing

@Suite("Real files")
struct POSIXTests {
  @Test("Directories are private, and so are files")
  func modes() throws {
    let scratch = try World.real.makeScratch()
    _ = try scratch.directory.openDirectory("sub", creating: true)
    _ = try scratch.directory.openFile("file", .createNew)
    #expect(mode(scratch.path) == 0o700)
    #expect(mode(scratch.path + "/sub") == 0o700)
    #expect(mode(scratch.path + "/file") == 0o600)
  }

  private func mode(_ path: String) -> mode_t { status(path).st_mode & 0o777 }

  private func status(_ path: String) -> stat {
    var status = stat()
    #expect(unsafe lstat(path, &status) == 0, "\(path)")
    return status
  }

  @Test(
    "What root creates in somebody's directory is theirs, and what was there stays whose it was",
    .enabled(if: geteuid() == 0))
  func heirs() throws {
    let scratch = try World.real.makeScratch()
    try scratch.write([1], to: "before")
    #expect(unsafe chown(scratch.path, 1234, 2345) == 0)
    for access in [FileAccess.createNew, .createIfMissing] {
      _ = try scratch.directory.openFile("\(access)", access)
      // Once more, now that it is there.
      _ = try? scratch.directory.openFile("\(access)", access)
      #expect(status(scratch.path + "/\(access)").st_uid == 1234)
      #expect(status(scratch.path + "/\(access)").st_gid == 2345)
      #expect(mode(scratch.path + "/\(access)") == 0o600)
    }
    let sub = try scratch.directory.openDirectory("sub", creating: true)
    _ = try sub.openFile("file", .createNew)
    #expect(status(scratch.path + "/sub").st_uid == 1234)
    #expect(status(scratch.path + "/sub/file").st_uid == 1234)
    #expect(throws: IOFailure.self) { try scratch.directory.openFile("before", .createNew) }
    _ = try scratch.directory.openFile("before", .createIfMissing)
    #expect(status(scratch.path + "/before").st_uid == 0)
  }

  @Test("A symbolic link is never followed, wherever it leads")
  func symbolicLinks() throws {
    let scratch = try World.real.makeScratch()
    try scratch.write([1], to: "file")
    _ = try scratch.directory.openDirectory("sub", creating: true)
    #expect(unsafe symlink("file", scratch.path + "/link") == 0)
    #expect(unsafe symlink("nowhere", scratch.path + "/dangling") == 0)
    #expect(unsafe symlink("sub", scratch.path + "/sublink") == 0)
    for access in [FileAccess.read, .readWrite, .createIfMissing] {
      for name in ["link", "dangling"] {
        #expect(
          code { () throws(IOFailure) in
            _ = try scratch.directory.openFile(name, access)
          } == ELOOP)
        let failure = #expect(throws: IOFailure.self) {
          try scratch.directory.openFile(name, access)
        }
        #expect(failure?.isSymbolicLink == true)
      }
    }
    #expect(
      code { () throws(IOFailure) in
        _ = try scratch.directory.openDirectory("sublink", creating: true)
      } != nil)
    _ = try scratch.files.openDirectory(scratch.path + "/sublink", creating: true)
    #expect(try !scratch.directory.list().contains("nowhere"))
  }

  @Test(
    "A pipe under a file's name is refused at once instead of waiting for its other end",
    .timeLimit(.minutes(30)))
  func pipes() throws {
    let scratch = try World.real.makeScratch()
    #expect(unsafe mkfifo(scratch.path + "/pipe", 0o600) == 0)
    for access in [FileAccess.read, .readWrite, .createIfMissing] {
      #expect(
        code { () throws(IOFailure) in
          _ = try scratch.directory.openFile("pipe", access)
        } == EINVAL)
    }
  }

  @Test("A directory stays the same when its path is taken by another")
  func renamedDirectory() throws {
    let scratch = try World.real.makeScratch()
    let sub = try scratch.directory.openDirectory("sub", creating: true)
    try scratch.directory.rename("sub", to: "moved")
    _ = try scratch.directory.openDirectory("sub", creating: true)
    _ = try sub.openFile("file", .createNew)
    #expect(try sub.list() == ["file"])
    #expect(try scratch.directory.openDirectory("moved", creating: false).list() == ["file"])
  }

  @Test("Names that are not UTF-8 are left out of a list, and counted")
  func foreignNames() throws {
    let scratch = try World.real.makeScratch()
    let name = Array(scratch.path.utf8) + [UInt8(ascii: "/"), 0xff, 0xfe, 0]
    let number = unsafe name.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return Int32(-1) }
      return unsafe open(start.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o600)
    }
    // Some file systems refuse to create such a name; there is nothing to leave out then.
    if number >= 0 { #expect(close(number) == 0) }
    _ = try scratch.directory.openFile("file", .createNew)
    #expect(try scratch.directory.list() == ["file"])
    #expect(try scratch.directory.undecodableNameCount() == (number >= 0 ? 1 : 0))
  }

  @Test("Many lists at once are all whole")
  func concurrentLists() throws {
    let scratch = try World.real.makeScratch()
    let directory = scratch.directory
    for index in 0..<300 { _ = try directory.openFile("file-\(index)", .createNew) }
    let wrong = Monitor(0)
    let threads = try (0..<4).map { _ in
      try OwnedThread(name: "lister") {
        for _ in 0..<20 where (try? directory.list())?.count != 300 {
          wrong.withLock { $0 += 1 }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test("Descriptors are given back when files and directories are let go, or cannot be used")
  func noLeaks() async throws {
    let scratch = try World.real.makeScratch()
    let path = scratch.path
    await #expect(processExitsWith: .success) { [path = path as String] in
      guard limitDescriptors(to: 64) else { exit(1) }
      for round in 0..<200 {
        let directory = try POSIXFileSystem().openDirectory(path, creating: true)
        let sub = try directory.openDirectory("sub", creating: true)
        let file = try sub.openFile("file", .createIfMissing)
        _ = try sub.list()
        _ = try? directory.openFile("sub", .read)
        if round.isMultiple(of: 2) { try file.close() }
      }
    }
  }

  @Test("Another process cannot take a lock that this one holds")
  func lockAcrossProcesses() async throws {
    let scratch = try World.real.makeScratch()
    let path = scratch.path
    let file = try scratch.directory.openFile("LOCK", .createNew)
    #expect(try file.tryLock(byteAt: 0))
    await #expect(processExitsWith: .success) { [path = path as String] in
      let directory = try POSIXFileSystem().openDirectory(path, creating: false)
      let other = try directory.openFile("LOCK", .readWrite)
      let answers = try (
        other.isLocked(byteAt: 0), other.tryLock(byteAt: 0), other.tryLock(byteAt: 1)
      )
      exit(answers == (true, false, true) ? 0 : 1)
    }
    #expect(try !file.isLocked(byteAt: 1), "the lock of a process that ended is released")
  }

  @Test("The kernel releases the lock of a process that was killed, and keeps what it wrote")
  func killedProcess() async throws {
    let scratch = try World.real.makeScratch()
    let path = scratch.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let directory = try POSIXFileSystem().openDirectory(path, creating: false)
      let file = try directory.openFile("LOCK", .createNew)
      guard try file.tryLock(byteAt: 0) else { exit(1) }
      try file.writeFully([1, 2, 3].span, at: 0)
      kill(getpid(), SIGKILL)
    }
    let file = try scratch.directory.openFile("LOCK", .readWrite)
    #expect(try file.tryLock(byteAt: 0))
    #expect(try file.content() == [1, 2, 3])
  }
}

/// Lets this process have no more than `count` files open.
private func limitDescriptors(to count: rlim_t) -> Bool {
  #if canImport(Glibc)
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    let resource = RLIMIT_NOFILE
  #endif
  var limit = rlimit()
  guard unsafe getrlimit(resource, &limit) == 0 else { return false }
  limit.rlim_cur = count
  return unsafe setrlimit(resource, &limit) == 0
}
