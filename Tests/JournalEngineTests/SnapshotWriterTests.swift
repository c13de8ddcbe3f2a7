import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Writing a snapshot")
struct SnapshotWriterTests {
  static let header = SnapshotHeader(
    identity: SnapshotModel.identity, from: .zero, to: LogSequenceNumber(9), salt: 1, createdAt: 0,
    historyBefore: .empty, historyThrough: HistoryChecksum(9))

  @Test("The content is synced, last of all, before finish returns")
  func syncs() throws {
    let disk = try SnapshotDisk()
    try SnapshotModel().write(to: "base", in: disk)
    #expect(disk.operations.suffix(2) == [.sync, .close])
    #expect(disk.operations.filter { $0 == .sync }.count == 1)
  }

  @Test("Entries stream out in large pieces while they come in")
  func streams() throws {
    let disk = try SnapshotDisk()
    let writer = try SnapshotWriter(in: disk.directory, temporaryName: "new", header: Self.header)
    for number in 0..<(1 << 14) {
      let key = [UInt8(number >> 8), UInt8(number & 0xFF)]
      try writer.append(Entry(key, [UInt8](repeating: 1, count: 100), 3))
    }
    let pieces = disk.files.operations.filter { $0.kind == .write }
    #expect(pieces.count == 6, "\(pieces)")
    _ = try writer.finish()
    #expect(writer.byteCount == Int64(disk["new"].count))
  }

  /// Entries of one length.
  private final class Repeating: EntryCursor {
    private let byteCount: Int
    private var rest: Int
    private var number: UInt16 = 0

    init(_ byteCount: Int, count: Int) {
      self.byteCount = byteCount
      rest = count
    }

    func next(into entry: inout Entry) -> Bool {
      guard rest > 0 else { return false }
      rest -= 1
      number += 1
      entry = Entry(
        [UInt8(number >> 8), UInt8(number & 0xFF)], [UInt8](repeating: 1, count: byteCount - 2), 3)
      return true
    }
  }

  @Test(
    "Whoever waits is told after each mebibyte of large entries, and after each 1,024 small ones",
    arguments: [(3 << 20, 4, 4), (600 << 10, 6, 3), (100, 4096, 4), (100, 1000, 0)])
  func tells(entryByteCount: Int, count: Int, steps: Int) throws {
    let disk = try SnapshotDisk()
    let writer = try SnapshotWriter(in: disk.directory, temporaryName: "new", header: Self.header)
    var told: [InspectionProgress] = []
    let total = Int64(entryByteCount * count)
    try writer.append(
      contentsOf: Repeating(entryByteCount, count: count), inputByteCount: total
    ) { (progress) throws(JournalError) in told.append(progress) }
    #expect(told.count == steps, "\(told)")
    #expect(told.allSatisfy { $0.byteCount == Int64($0.recordCount * entryByteCount) })
    writer.abandon()
  }

  @Test("A file that is there already is not touched")
  func existing() throws {
    let disk = try SnapshotDisk()
    disk["new"] = [1, 2, 3]
    let error = #expect(throws: JournalError.self) {
      _ = try SnapshotWriter(in: disk.directory, temporaryName: "new", header: Self.header)
    }
    #expect(error?.reason == .io(IOFailure(.open, path: "snapshots/new", code: 17)))
    #expect(disk["new"] == [1, 2, 3])
  }

  @Test("A full disk is told apart, and giving up removes the temporary file")
  func fullDisk() throws {
    let disk = try SnapshotDisk()
    let writer = try SnapshotWriter(in: disk.directory, temporaryName: "new", header: Self.header)
    disk.files.inject(Fault(.noSpace, of: .write))
    let failure = IOFailure(.write, path: "snapshots/new", code: 28)
    let error = #expect(throws: JournalError.self) { _ = try writer.finish() }
    #expect(error?.reason == .outOfSpace(failure))
    writer.abandon()
    #expect(try disk.directory.list().isEmpty)
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
        in: SnapshotDisk().directory, temporaryName: "new", header: SnapshotWriterTests.header)
      try writer.append(Entry([2], [], 1))
      try writer.append(Entry([2], [], 1))
    }
  }

  @Test("A removal in a base is a mistake of the program and traps")
  func removalInBase() async {
    await #expect(processExitsWith: .failure) {
      let writer = try SnapshotWriter(
        in: SnapshotDisk().directory, temporaryName: "new", header: SnapshotWriterTests.header)
      try writer.append(Entry([2], nil, 1))
    }
  }

  @Test("Published by rename, a snapshot is whole or absent, wherever the power is lost")
  func powerLoss() throws {
    var generator = SeededGenerator(seed: 3)
    let model = SnapshotModel.random(count: 200, using: &generator)
    var published = 0
    for crash in 1...12 {
      let disk = try SnapshotDisk()
      disk.files.crash(at: disk.files.operationCount + crash, tearing: true)
      var isAcknowledged = false
      do {
        try model.write(to: "new", in: disk)
        try disk.directory.rename("new", to: "base")
        try disk.directory.sync()
        isAcknowledged = true
      } catch {
        // The machine has stopped in the middle of it.
      }
      for seed in 0..<20 as Range<UInt64> {
        let after = disk.files.afterPowerLoss(.random(seed: seed))
        guard let directory = try? after.openDirectory("snapshots", creating: false),
          try directory.list().contains("base")
        else {
          #expect(!isAcknowledged, "crash at \(crash), seed \(seed)")
          continue
        }
        let reader = try SnapshotReader(opening: "base", in: directory)
        #expect(try reader.cursor().collect() == model.sorted, "crash at \(crash), seed \(seed)")
        published += 1
      }
    }
    #expect(published > 0)
  }
}
