import FileIO
import JournalFormat
import Testing

@testable import JournalEngine

@Suite("Writing a snapshot")
struct SnapshotWriterTests {
  static let header = SnapshotHeader(
    identity: SnapshotModel.identity, from: .zero, to: LogSequenceNumber(9), salt: 1, createdAt: 0)

  @Test("The content is synced, last of all, before finish returns")
  func syncs() throws {
    let directory = SnapshotTestDirectory()
    try SnapshotModel().write(to: "base", in: directory)
    #expect(directory.operations.suffix(2) == ["sync", "close"])
    #expect(directory.operations.filter { $0 == "sync" }.count == 1)
  }

  @Test("Entries stream out in large pieces while they come in")
  func streams() throws {
    let directory = SnapshotTestDirectory()
    let writer = try SnapshotWriter(in: directory, temporaryName: "new", header: Self.header)
    for number in 0..<(1 << 14) {
      let key = [UInt8(number >> 8), UInt8(number & 0xFF)]
      try writer.append(Entry(key, [UInt8](repeating: 1, count: 100), 3))
    }
    let pieces = directory.operations
    #expect(pieces.count == 6, "\(pieces)")
    _ = try writer.finish()
    #expect(writer.byteCount == Int64(directory["new"].count))
  }

  @Test("A file that is there already is not touched")
  func existing() throws {
    let directory = SnapshotTestDirectory()
    directory["new"] = [1, 2, 3]
    let error = #expect(throws: JournalError.self) {
      _ = try SnapshotWriter(in: directory, temporaryName: "new", header: Self.header)
    }
    #expect(error?.reason == .io(IOFailure(.open, path: "/snapshots/new", code: 17)))
    #expect(directory["new"] == [1, 2, 3])
  }

  @Test("A full disk is told apart, and giving up removes the temporary file")
  func fullDisk() throws {
    let directory = SnapshotTestDirectory()
    let writer = try SnapshotWriter(in: directory, temporaryName: "new", header: Self.header)
    directory.failWrites(28)
    let failure = IOFailure(.write, path: "/snapshots/new", code: 28)
    let error = #expect(throws: JournalError.self) { _ = try writer.finish() }
    #expect(error?.reason == .outOfSpace(failure))
    writer.abandon()
    #expect(try directory.list().isEmpty)
  }

  @Test("A base drops removed prefixes: there is nothing older to hide")
  func baseHasNoPrefixes() throws {
    var model = SnapshotModel()
    model.removedPrefixes = [[1]]
    let reader = try model.reader()
    #expect(reader.removedPrefixes.isEmpty && !reader.removes(prefixOf: [1, 2]))
  }

  @Test("Keys out of order are a mistake of the program and trap")
  func disorder() async {
    await #expect(processExitsWith: .failure) {
      let writer = try SnapshotWriter(
        in: SnapshotTestDirectory(), temporaryName: "new", header: SnapshotWriterTests.header)
      try writer.append(Entry([2], [], 1))
      try writer.append(Entry([2], [], 1))
    }
  }

  @Test("A removal in a base is a mistake of the program and traps")
  func removalInBase() async {
    await #expect(processExitsWith: .failure) {
      let writer = try SnapshotWriter(
        in: SnapshotTestDirectory(), temporaryName: "new", header: SnapshotWriterTests.header)
      try writer.append(Entry([2], nil, 1))
    }
  }
}
