import FileIO
import Foundation
import Testing

@Suite("Files keep their contract")
struct FileContractTests {
  @Test("What was written is read back, through every open file", arguments: World.allCases)
  func writeAndRead(world: World) throws {
    let scratch = try world.makeScratch()
    let writer = try scratch.directory.openFile("file", .createNew)
    let reader = try scratch.directory.openFile("file", .read)
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try writer.writeFully(bytes.span, at: 0)
    #expect(try reader.content() == bytes)
    try writer.writeFully([7, 7].span, at: 511)
    #expect(try reader.content()[510..<514] == [bytes[510], 7, 7, bytes[513]])
    #expect(try reader.byteCount() == 100_000)
  }

  @Test("A read fills only the range it was given", arguments: World.allCases)
  func readIntoRange(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1, 2, 3, 4], to: "file")
    let file = try scratch.directory.openFile("file", .read)
    var buffer = [UInt8](repeating: 9, count: 6)
    #expect(try file.read(into: &buffer, range: 2..<4, at: 1) == 2)
    #expect(buffer == [9, 9, 2, 3, 9, 9])
    #expect(try file.read(into: &buffer, range: 3..<3, at: 0) == 0)
    #expect(buffer == [9, 9, 2, 3, 9, 9])
  }

  @Test(
    "A read that crosses the end is short, and one beyond it is empty",
    arguments: World.allCases)
  func readAtEnd(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1, 2, 3], to: "file")
    let file = try scratch.directory.openFile("file", .read)
    var buffer = [UInt8](repeating: 9, count: 4)
    #expect(try file.read(into: &buffer, range: 0..<4, at: 1) == 2)
    #expect(buffer == [2, 3, 9, 9])
    #expect(try file.read(into: &buffer, range: 0..<4, at: 3) == 0)
    #expect(try file.read(into: &buffer, range: 0..<4, at: 1 << 40) == 0)
    #expect(try file.readFully(into: &buffer, range: 0..<4, at: 2) == 1)
    #expect(buffer == [3, 3, 9, 9])
  }

  @Test("A write beyond the end leaves zeros in between", arguments: World.allCases)
  func gap(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    try file.writeFully([1].span, at: 0)
    try file.writeFully([2].span, at: 5)
    #expect(try file.content() == [1, 0, 0, 0, 0, 2])
  }

  @Test("Nothing but zeros lies before the place where data begins", arguments: World.allCases)
  func startOfData(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    try file.writeFully([1].span, at: 0)
    try file.writeFully([2].span, at: 3 << 20)
    try file.truncate(to: 8 << 20)
    #expect(file.startOfData(from: 0) == 0)
    for offset in stride(from: Int64(1), through: 3 << 20, by: 1 << 16) {
      let start = try #require(file.startOfData(from: offset))
      #expect(start >= offset && start <= 3 << 20)
    }
    #expect(try file.content()[1..<3 << 20].allSatisfy { $0 == 0 })
    #expect(file.startOfData(from: 3 << 20) == 3 << 20)
  }

  @Test("A hole at the end of a file of this machine is known where its file system knows holes")
  func trailingHole() throws {
    let scratch = try World.real.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    try file.writeFully([1].span, at: 0)
    try file.truncate(to: 1 << 40)
    let start = file.startOfData(from: 1 << 30)
    #expect(start == nil || start == 1 << 30)
    #expect(file.startOfData(from: 1 << 41).map { $0 == 1 << 41 } ?? true)
  }

  @Test("An empty write changes nothing", arguments: World.allCases)
  func emptyWrite(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    #expect(try file.write([UInt8]().span, at: 100) == 0)
    #expect(try file.byteCount() == 0)
  }

  @Test(
    "Truncation cuts and extends, and what was cut comes back as zeros",
    arguments: World.allCases)
  func truncate(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    try file.writeFully([1, 2, 3, 4].span, at: 0)
    try file.truncate(to: 2)
    #expect(try file.content() == [1, 2])
    try file.truncate(to: 5)
    #expect(try file.content() == [1, 2, 0, 0, 0])
    try file.truncate(to: 0)
    #expect(try file.byteCount() == 0)
    #expect(code { () throws(IOFailure) in try file.truncate(to: -1) } == EINVAL)
  }

  @Test("Writing out changes nothing that anybody could read", arguments: World.allCases)
  func writeOut(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try file.writeFully(bytes.span, at: 0)
    for waiting in [false, true] {
      try file.writeOut(0..<50_000, waiting: waiting)
      // Also of what is not there.
      try file.writeOut(90_000..<200_000, waiting: waiting)
      #expect(try file.content() == bytes)
    }
    try file.sync()
    #expect(try file.content() == bytes)
  }

  @Test("A file opened for reading is not written, cut or locked", arguments: World.allCases)
  func readOnly(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1], to: "file")
    let file = try scratch.directory.openFile("file", .read)
    #expect(code { () throws(IOFailure) in _ = try file.write([2].span, at: 0) } == EBADF)
    #expect(code { () throws(IOFailure) in try file.truncate(to: 0) } == EINVAL)
    #expect(code { () throws(IOFailure) in _ = try file.tryLock(byteAt: 0) } == EBADF)
    #expect(try file.content() == [1])
    try file.sync()
  }

  @Test("Negative offsets are refused", arguments: World.allCases)
  func negativeOffsets(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    #expect(
      code { () throws(IOFailure) in
        _ = try file.readByte(at: -1)
      } == EINVAL)
    #expect(code { () throws(IOFailure) in _ = try file.write([1].span, at: -1) } == EINVAL)
    #expect(code { () throws(IOFailure) in _ = try file.tryLock(byteAt: -1) } == EINVAL)
  }

  @Test(
    "A closed file answers everything with EBADF, and closing again does nothing",
    arguments: World.allCases)
  func closed(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    try file.close()
    try file.close()
    #expect(code { () throws(IOFailure) in _ = try file.readByte(at: 0) } == EBADF)
    #expect(code { () throws(IOFailure) in _ = try file.write([1].span, at: 0) } == EBADF)
    #expect(code { () throws(IOFailure) in _ = try file.identity() } == EBADF)
    #expect(code { () throws(IOFailure) in _ = try file.byteCount() } == EBADF)
    #expect(code { () throws(IOFailure) in try file.truncate(to: 0) } == EBADF)
    #expect(code { () throws(IOFailure) in try file.sync() } == EBADF)
    #expect(code { () throws(IOFailure) in _ = try file.tryLock(byteAt: 0) } == EBADF)
    #expect(code { () throws(IOFailure) in try file.unlock(byteAt: 0) } == EBADF)
    #expect(code { () throws(IOFailure) in _ = try file.isLocked(byteAt: 0) } == EBADF)
  }

  @Test("A file is the same one however it is opened and named", arguments: World.allCases)
  func sameIdentity(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    let identity = try file.identity()
    #expect(try scratch.directory.openFile("file", .read).identity() == identity)
    try file.writeFully([1, 2, 3].span, at: 0)
    try file.truncate(to: 1)
    try file.sync()
    #expect(try file.identity() == identity)
    try scratch.directory.rename("file", to: "renamed")
    #expect(try file.identity() == identity)
    #expect(try scratch.directory.openFile("renamed", .read).identity() == identity)
  }

  @Test(
    "Two files are never the same one, also when one takes the other's name",
    arguments: World.allCases)
  func otherIdentity(world: World) throws {
    let scratch = try world.makeScratch()
    try scratch.write([1], to: "file")
    try scratch.write([1], to: "new")
    // Held open: the number of a file that is gone may be given to the next.
    let file = try scratch.directory.openFile("file", .read)
    let new = try scratch.directory.openFile("new", .read).identity()
    #expect(try file.identity() != new)
    try scratch.directory.rename("new", to: "file")
    #expect(try scratch.directory.openFile("file", .read).identity() == new)
    #expect(try file.identity() != new)
  }

  @Test("Threads write disjoint ranges of one file at the same time", arguments: World.allCases)
  func concurrentWrites(world: World) throws {
    let scratch = try world.makeScratch()
    let file = try scratch.directory.openFile("file", .createNew)
    let failures = Monitor(0)
    let threads = try (0..<4).map { index in
      try OwnedThread(name: "writer") {
        let bytes = [UInt8](repeating: UInt8(index + 1), count: 1000)
        for round in 0..<20 {
          do {
            try file.writeFully(bytes.span, at: Int64((round * 4 + index) * 1000))
            try file.sync()
          } catch {
            failures.withLock { $0 += 1 }
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(failures.withLock { $0 } == 0)
    let content = try file.content()
    #expect(content.count == 80_000)
    #expect(content.indices.allSatisfy { content[$0] == UInt8($0 / 1000 % 4 + 1) })
  }
}

@Suite("Locks keep their contract")
struct LockContractTests {
  @Test(
    "Of two opens of one file, also within one process, one gets the lock",
    arguments: World.allCases)
  func exclusion(world: World) throws {
    let scratch = try world.makeScratch()
    let first = try scratch.directory.openFile("LOCK", .createIfMissing)
    let second = try scratch.directory.openFile("LOCK", .createIfMissing)
    #expect(try first.tryLock(byteAt: 0))
    #expect(try !second.tryLock(byteAt: 0))
    #expect(try first.tryLock(byteAt: 0), "the owner may ask again")
    #expect(try second.isLocked(byteAt: 0))
    #expect(try !first.isLocked(byteAt: 0), "nobody else holds it")
    #expect(try second.tryLock(byteAt: 1), "each byte is a lock of its own")
    #expect(try first.isLocked(byteAt: 1))
    #expect(try first.byteCount() == 0, "a lock needs no byte to be there")
  }

  @Test("Who only reads can see that a lock is held", arguments: World.allCases)
  func readerSeesLock(world: World) throws {
    let scratch = try world.makeScratch()
    let owner = try scratch.directory.openFile("LOCK", .createIfMissing)
    let reader = try scratch.directory.openFile("LOCK", .read)
    #expect(try !reader.isLocked(byteAt: 3))
    #expect(try owner.tryLock(byteAt: 3))
    #expect(try reader.isLocked(byteAt: 3))
  }

  @Test("Unlocking, closing and letting go each release the lock", arguments: World.allCases)
  func release(world: World) throws {
    let scratch = try world.makeScratch()
    let other = try scratch.directory.openFile("LOCK", .createIfMissing)
    var owner: (any File)? = try scratch.directory.openFile("LOCK", .readWrite)
    #expect(try owner?.tryLock(byteAt: 0) == true)
    try owner?.unlock(byteAt: 0)
    #expect(try !other.isLocked(byteAt: 0))
    try owner?.unlock(byteAt: 0)

    #expect(try owner?.tryLock(byteAt: 0) == true)
    #expect(try other.isLocked(byteAt: 0))
    try owner?.close()
    #expect(try !other.isLocked(byteAt: 0))

    owner = try scratch.directory.openFile("LOCK", .readWrite)
    #expect(try owner?.tryLock(byteAt: 0) == true)
    owner = nil
    #expect(try other.tryLock(byteAt: 0))
  }

  @Test("Closing another open of the file releases nothing", arguments: World.allCases)
  func closingAnother(world: World) throws {
    let scratch = try world.makeScratch()
    let owner = try scratch.directory.openFile("LOCK", .createIfMissing)
    #expect(try owner.tryLock(byteAt: 0))
    try scratch.directory.openFile("LOCK", .readWrite).close()
    let other = try scratch.directory.openFile("LOCK", .readWrite)
    try other.unlock(byteAt: 0)
    #expect(try !other.tryLock(byteAt: 0))
  }
}
