import FileIO
import Foundation
import StorageSimulator
import Testing

@Suite("Faults of the simulated machine")
struct FaultTests {
  private func makeFile(
    capacity: Int64? = nil
  ) throws -> (SimulatedFileSystem, any Directory, any File) {
    let files = SimulatedFileSystem(seed: 1, capacity: capacity)
    let directory = try files.openDirectory("state", creating: true)
    let file = try directory.openFile("file", .createNew)
    try directory.sync()
    return (files, directory, file)
  }

  @Test(
    "Every kind of operation can fail, does nothing then, and works the next time",
    arguments: IOFailure.Operation.allCases.filter { $0 != .startThread })
  func everyKind(kind: IOFailure.Operation) throws {
    let (files, directory, file) = try makeFile()
    try file.writeFully([1, 2].span, at: 0)
    let mapping = try #require(try file.mapForStoring(0..<4096))
    func run() throws(IOFailure) {
      switch kind {
      case .open: _ = try directory.openFile("other", .createIfMissing)
      case .close: try directory.openFile("file", .read).close()
      case .list: _ = try directory.list()
      case .makeDirectory: _ = try directory.openDirectory("sub", creating: true)
      case .rename: try directory.rename("file", to: "new")
      case .remove: try directory.remove("file")
      case .read: _ = try file.readByte(at: 0)
      case .write: try file.writeFully([3].span, at: 2)
      case .map: _ = try file.mapForStoring(0..<4096)
      case .store: try mapping.store([3].span, at: 1)
      case .identify: _ = try file.identity()
      case .size: _ = try file.byteCount()
      case .truncate: try file.truncate(to: 1)
      case .writeOut: try file.writeOut(0..<2, waiting: true)
      case .sync: try file.sync()
      case .syncDirectory: try directory.sync()
      case .lock: _ = try file.tryLock(byteAt: 0)
      case .space: _ = try directory.availableByteCount()
      case .startThread: break
      }
    }
    for effect in [Fault.Effect.inputOutput, .noSpace, .interrupted] {
      let before = files.filePaths
      let content = try files.contents(of: "state/file")
      files.inject(Fault(effect, of: kind))
      guard case .error(let expected) = effect else { continue }
      #expect(code { () throws(IOFailure) in try run() } == expected)
      #expect(files.filePaths == before)
      #expect(try files.contents(of: "state/file") == content)
    }
    #expect(code { () throws(IOFailure) in try run() } == nil)
  }

  @Test("A fault strikes the n-th matching operation, as often as it is told to")
  func position() throws {
    let (files, directory, file) = try makeFile()
    let other = try directory.openFile("other", .createNew)
    files.inject(Fault(.inputOutput, at: 2, of: .write, on: "/file", repetitions: 2))
    let results = (0..<5).map { index in
      _ = try? other.write([1].span, at: 0)
      _ = try? file.byteCount()
      return code { () throws(IOFailure) in _ = try file.write([1].span, at: Int64(index)) }
    }
    #expect(results == [nil, EIO, EIO, nil, nil])
    files.inject(Fault(.inputOutput))
    files.clearFaults()
    #expect(try file.byteCount() == 5)
  }

  @Test("A short transfer is finished by the full one; a write that takes nothing is an error")
  func shortTransfers() throws {
    let (files, _, file) = try makeFile()
    files.inject(Fault(.short(byteCount: 3), of: .write))
    #expect(try file.write([1, 2, 3, 4, 5].span, at: 0) == 3)
    files.inject(Fault(.short(byteCount: 1), of: .write, repetitions: 3))
    try file.writeFully([1, 2, 3, 4, 5].span, at: 0)
    files.inject(Fault(.short(byteCount: 2), of: .read, repetitions: 2))
    #expect(try file.content() == [1, 2, 3, 4, 5])
    files.inject(Fault(.short(byteCount: 0), of: .write))
    #expect(code { () throws(IOFailure) in try file.writeFully([9].span, at: 0) } == EIO)
    #expect(try file.content() == [1, 2, 3, 4, 5])
  }

  @Test("An operation may fail after it has done its work, or a part of it")
  func unknownExtent() throws {
    let (files, directory, file) = try makeFile()
    files.inject(Fault(.errorAfterPart(byteCount: 2, EIO), of: .write))
    #expect(
      code { () throws(IOFailure) in
        try file.writeFully([1, 2, 3].span, at: 0)
      } == EIO)
    #expect(try file.content() == [1, 2])
    files.inject(Fault(.errorAfterwards(EIO), of: .rename))
    #expect(code { () throws(IOFailure) in try directory.rename("file", to: "new") } == EIO)
    #expect(files.filePaths == ["state/new"])
  }

  @Test(
    "After a failed sync the pages are kept, dropped, or only look as if they were kept",
    arguments: Fault.FailedSync.allCases)
  func failedSync(fate: Fault.FailedSync) throws {
    let (files, _, file) = try makeFile()
    try file.writeFully([1, 1, 1].span, at: 0)
    try file.sync()
    try file.writeFully([2, 2, 2, 2].span, at: 1)
    files.inject(Fault(.failedSync(fate), of: .sync))
    #expect(code { () throws(IOFailure) in try file.sync() } == EIO)
    let new: [UInt8] = [1, 2, 2, 2, 2]
    let old: [UInt8] = [1, 1, 1, 0, 0]
    #expect(try file.content() == (fate == .pagesDropped ? old : new))
    try file.sync()
    let durable = try files.afterPowerLoss(.allLost).contents(of: "state/file")
    #expect(durable == (fate == .pagesKept ? new : old), "a sync that succeeds proves nothing")
  }

  @Test("A failed sync of a directory leaves its names to chance, until one succeeds")
  func failedDirectorySync() throws {
    let (files, directory, _) = try makeFile()
    try directory.rename("file", to: "new")
    files.inject(Fault(.failedSync(.pagesDropped), of: .syncDirectory))
    #expect(code { () throws(IOFailure) in try directory.sync() } == EIO)
    #expect(files.afterPowerLoss(.allLost).filePaths == ["state/file"])
    try directory.sync()
    #expect(files.afterPowerLoss(.allLost).filePaths == ["state/new"])
  }

  @Test(
    "A disk that is full by a fault stays so until space is freed",
    arguments: ["remove", "truncate", "replace"])
  func full(remedy: String) throws {
    let (files, directory, file) = try makeFile()
    try file.writeFully([1, 2, 3].span, at: 0)
    _ = try directory.openFile("other", .createNew)
    files.inject(Fault(.full, of: .write))
    for _ in 0..<3 {
      #expect(
        code { () throws(IOFailure) in
          try file.writeFully([4].span, at: 3)
        } == ENOSPC)
    }
    #expect(
      code { () throws(IOFailure) in
        _ = try directory.openFile("third", .createNew)
      } == ENOSPC)
    #expect(try directory.availableByteCount() == 0)
    try file.writeFully([9].span, at: 0)
    switch remedy {
    case "remove": try directory.remove("other")
    case "truncate": try file.truncate(to: 2)
    default: try directory.rename("other", to: "file")
    }
    try file.writeFully([4].span, at: 3)
  }

  @Test("A disk of limited capacity takes what fits, and more once files are removed")
  func capacity() throws {
    let (files, directory, file) = try makeFile(capacity: 10)
    #expect(try directory.availableByteCount() == 10)
    try file.writeFully([UInt8](repeating: 1, count: 8).span, at: 0)
    #expect(try file.write([2, 2, 2, 2].span, at: 8) == 2)
    #expect(code { () throws(IOFailure) in try file.writeFully([3].span, at: 10) } == ENOSPC)
    #expect(code { () throws(IOFailure) in try file.truncate(to: 11) } == ENOSPC)
    try file.writeFully([UInt8](repeating: 4, count: 10).span, at: 0)
    let other = try directory.openFile("other", .createNew)
    #expect(code { () throws(IOFailure) in try other.writeFully([5].span, at: 0) } == ENOSPC)
    try directory.remove("file")
    #expect(
      code { () throws(IOFailure) in
        try other.writeFully([5].span, at: 0)
      } == ENOSPC, "a removed file that is open still takes its space")
    try file.close()
    try other.writeFully([5].span, at: 0)
    files.setCapacity(nil)
    try other.writeFully([UInt8](repeating: 6, count: 100).span, at: 0)
  }

  @Test("A plan from a seed is the same every time, and strikes")
  func seededPlan() throws {
    var failures = 0
    for seed in UInt64(0)..<50 {
      let results = (0..<2).map { _ in
        let files = SimulatedFileSystem(
          seed: seed, faults: FaultPlan(seed: seed, count: 3, among: 10))
        return code { () throws(IOFailure) in
          let directory = try files.openDirectory("state", creating: true)
          let file = try directory.openFile("file", .createNew)
          for index in 0..<5 {
            try file.writeFully([1].span, at: Int64(index))
            try file.sync()
          }
        }
      }
      #expect(results[0] == results[1], "seed \(seed)")
      if results[0] != nil { failures += 1 }
    }
    #expect(failures > 10)
  }
}
