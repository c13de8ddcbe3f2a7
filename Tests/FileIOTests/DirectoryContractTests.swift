import FileIO
import Foundation
import Testing

@Suite("Directories keep their contract")
struct DirectoryContractTests {
  @Test(
    "A missing directory is reported as missing, and created only on demand",
    arguments: World.allCases)
  func missingDirectory(world: World) throws {
    let scratch = try world.makeScratch()
    let path = scratch.path + "/sub"
    #expect(
      code { () throws(IOFailure) in
        _ = try scratch.files.openDirectory(path, creating: false)
      } == ENOENT)
    _ = try scratch.files.openDirectory(path, creating: true)
    _ = try scratch.files.openDirectory(path, creating: true)
    _ = try scratch.files.openDirectory(path + "/", creating: false)
    #expect(try scratch.directory.list() == ["sub"])
  }

  @Test("A scratch file is like any other, but for its name", arguments: World.allCases)
  func scratchFile(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try #require(try scratch.directory.makeScratchFile())
    let other = try #require(try scratch.directory.makeScratchFile())
    try file.writeFully([1, 2, 3].span, at: 0)
    #expect(try file.content() == [1, 2, 3] && other.content() == [])
    #expect(try file.path != other.path && file.identity() != other.identity())
    #expect(file.path.hasSuffix(".scratch"))
    let name = String(try #require(file.path.split(separator: "/").last))
    let place = try scratch.files.openDirectory(
      String(file.path.dropLast(name.count)), creating: false)
    #expect(code { () throws(IOFailure) in _ = try place.openFile(name, .read) } == ENOENT)
  }

  @Test("Only a directory that is empty goes as one", arguments: World.allCases)
  func removeEmptyDirectory(world: World) throws {
    let scratch = try world.makeScratch()
    let sub = try scratch.directory.openDirectory("sub", creating: true)
    _ = try sub.openFile("file", .createNew)
    func failure(removing name: String) -> Int32? {
      code { () throws(IOFailure) in try scratch.directory.removeDirectory(name) }
    }
    #expect(failure(removing: "sub") == ENOTEMPTY)
    try sub.remove("file")
    try scratch.write([1], to: "file")
    #expect(failure(removing: "file") == ENOTDIR)
    try scratch.directory.removeDirectory("sub")
    try scratch.directory.sync()
    #expect(try scratch.directory.list() == ["file"])
    #expect(failure(removing: "sub") == ENOENT)
    #expect(failure(removing: "..") == EINVAL)
  }

  @Test(
    "A directory is never created together with the one that should hold it",
    arguments: World.allCases)
  func missingParent(world: World) throws {
    let scratch = try world.makeScratch()
    #expect(
      code { () throws(IOFailure) in
        _ = try scratch.files.openDirectory(scratch.path + "/a/b", creating: true)
      } == ENOENT)
    #expect(try scratch.directory.list().isEmpty)
  }

  @Test("Opening a file as a directory fails", arguments: World.allCases)
  func fileAsDirectory(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1], to: "file")
    for creating in [false, true] {
      #expect(
        code { () throws(IOFailure) in
          _ = try scratch.files.openDirectory(scratch.path + "/file", creating: creating)
        } == ENOTDIR)
      #expect(
        code { () throws(IOFailure) in
          _ = try scratch.directory.openDirectory("file", creating: creating)
        } == ENOTDIR)
    }
  }

  @Test("A subdirectory holds files of its own", arguments: World.allCases)
  func subdirectory(world: World) throws {
    let scratch = try world.makeScratch()
    #expect(
      code { () throws(IOFailure) in
        _ = try scratch.directory.openDirectory("sub", creating: false)
      } == ENOENT)
    let sub = try scratch.directory.openDirectory("sub", creating: true)
    _ = try scratch.directory.openDirectory("sub", creating: true)
    _ = try sub.openFile("inner", .createNew)
    #expect(try sub.list() == ["inner"])
    #expect(try scratch.directory.list() == ["sub"])
    #expect(sub.path == scratch.path + "/sub")
  }

  @Test("A list has every name once", arguments: World.allCases)
  func list(world: World) throws {
    let scratch = try world.makeScratch()
    #expect(try scratch.directory.list().isEmpty)
    let names = (0..<500).map { "file-\($0)" }
    for name in names { _ = try scratch.directory.openFile(name, .createNew) }
    #expect(try scratch.directory.list().sorted() == names.sorted())
    #expect(try scratch.directory.list().sorted() == names.sorted(), "a second list is whole too")
  }

  @Test(
    "Each kind of access treats missing and existing files as it says",
    arguments: World.allCases)
  func access(world: World) throws {
    let scratch = try world.makeScratch()
    func open(_ access: FileAccess) -> Int32? {
      code { () throws(IOFailure) in _ = try scratch.directory.openFile("file", access) }
    }
    #expect(open(.read) == ENOENT)
    #expect(open(.readWrite) == ENOENT)
    #expect(try scratch.directory.list().isEmpty)
    #expect(open(.createNew) == nil)
    #expect(open(.createNew) == EEXIST)
    #expect(open(.createIfMissing) == nil)
    #expect(open(.read) == nil)
    #expect(open(.readWrite) == nil)
    try scratch.directory.remove("file")
    #expect(open(.createIfMissing) == nil)
  }

  @Test("Opening what exists changes nothing in it", arguments: World.allCases)
  func openKeepsContent(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1, 2, 3], to: "file")
    for access in [FileAccess.read, .readWrite, .createIfMissing] {
      #expect(try scratch.directory.openFile("file", access).content() == [1, 2, 3])
    }
  }

  @Test("A directory is no file", arguments: World.allCases)
  func directoryAsFile(world: World) throws {
    let scratch = try world.makeScratch()
    _ = try scratch.directory.openDirectory("sub", creating: true)
    for (access, expected) in [
      (FileAccess.read, EISDIR), (.readWrite, EISDIR), (.createIfMissing, EISDIR),
      (.createNew, EEXIST),
    ] {
      #expect(
        code { () throws(IOFailure) in
          _ = try scratch.directory.openFile("sub", access)
        } == expected)
    }
  }

  @Test("A rename moves the file, content and open handles included", arguments: World.allCases)
  func rename(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1], to: "old")
    let file = try scratch.directory.openFile("old", .readWrite)
    try scratch.directory.rename("old", to: "new")
    #expect(try scratch.directory.list() == ["new"])
    try file.writeFully([2].span, at: 1)
    #expect(try scratch.content(of: "new") == [1, 2])
  }

  @Test(
    "A rename replaces what has the name; who has that open keeps it",
    arguments: World.allCases)
  func renameOver(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1], to: "new")
    try scratch.write([2], to: "old")
    let replaced = try scratch.directory.openFile("old", .read)
    try scratch.directory.rename("new", to: "old")
    #expect(try scratch.directory.list() == ["old"])
    #expect(try scratch.content(of: "old") == [1])
    #expect(try replaced.content() == [2])
    try scratch.directory.rename("old", to: "old")
    #expect(try scratch.content(of: "old") == [1])
  }

  @Test(
    "A rename of nothing, or onto a directory, fails and changes nothing",
    arguments: World.allCases)
  func renameFailures(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1], to: "file")
    _ = try scratch.directory.openDirectory("sub", creating: true)
    #expect(
      code { () throws(IOFailure) in
        try scratch.directory.rename("missing", to: "file")
      } == ENOENT)
    #expect(
      code { () throws(IOFailure) in
        try scratch.directory.rename("file", to: "sub")
      } == EISDIR)
    #expect(
      code { () throws(IOFailure) in
        try scratch.directory.rename("sub", to: "file")
      } == ENOTDIR)
    #expect(try scratch.directory.list().sorted() == ["file", "sub"])
    #expect(try scratch.content(of: "file") == [1])
  }

  @Test("A removed file is gone for all but those who have it open", arguments: World.allCases)
  func remove(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1, 2], to: "file")
    let file = try scratch.directory.openFile("file", .readWrite)
    try scratch.directory.remove("file")
    try scratch.directory.sync()
    #expect(try scratch.directory.list().isEmpty)
    #expect(try file.content() == [1, 2])
    try file.writeFully([3].span, at: 2)
    #expect(try file.content() == [1, 2, 3])
    try scratch.write([9], to: "file")
    #expect(try file.content() == [1, 2, 3], "a new file of that name is another file")
    try scratch.directory.remove("file")
    #expect(code { () throws(IOFailure) in try scratch.directory.remove("file") } == ENOENT)
  }

  @Test("A directory cannot be removed as a file", arguments: World.allCases)
  func removeDirectory(world: World) throws {
    let scratch = try world.makeScratch()
    _ = try scratch.directory.openDirectory("sub", creating: true)
    #expect(code { () throws(IOFailure) in try scratch.directory.remove("sub") } != nil)
    #expect(try scratch.directory.list() == ["sub"])
  }

  @Test(
    "A name that is no single component is refused by every verb",
    arguments: World.allCases, ["", ".", "..", "a/b", "../escape", "/root", "nul\0byte"])
  func badNames(world: World, name: String) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1], to: "file")
    let directory = scratch.directory
    #expect(
      code { () throws(IOFailure) in
        _ = try directory.openFile(name, .createIfMissing)
      } == EINVAL)
    #expect(
      code { () throws(IOFailure) in
        _ = try directory.openDirectory(name, creating: true)
      } == EINVAL)
    #expect(code { () throws(IOFailure) in try directory.remove(name) } == EINVAL)
    #expect(code { () throws(IOFailure) in try directory.rename(name, to: "x") } == EINVAL)
    #expect(code { () throws(IOFailure) in try directory.rename("file", to: name) } == EINVAL)
    #expect(try directory.list() == ["file"])
  }

  @Test("A name that is too long is an error, not an absence", arguments: World.allCases)
  func longName(world: World) throws {
    let scratch = try world.makeScratch()
    #expect(
      code { () throws(IOFailure) in
        _ = try scratch.directory.openFile(String(repeating: "x", count: 256), .createNew)
      } == ENAMETOOLONG)
  }

  @Test("A directory can be synced, and says how much room it has", arguments: World.allCases)
  func syncAndSpace(world: World) throws {
    let scratch = try world.makeScratch()
    _ = try scratch.directory.openFile("file", .createNew)
    try scratch.directory.sync()
    #expect(try scratch.directory.availableByteCount() > 0)
  }

  @Test(
    "Failures name the operation and the path as the caller would type it",
    arguments: World.allCases)
  func failureNamesThePath(world: World) throws {
    let scratch = try world.makeScratch()
    #expect(
      throws: IOFailure(.open, path: scratch.path + "/missing", code: ENOENT)
    ) { try scratch.directory.openFile("missing", .read) }
    #expect(
      throws: IOFailure(.remove, path: scratch.path + "/missing", code: ENOENT)
    ) { try scratch.directory.remove("missing") }
  }
}
