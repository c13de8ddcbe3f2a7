import FileIO
import Foundation
import StorageSimulator
import Testing

@Suite("The simulated machine")
struct SimulatorTests {
  /// A small history: two files, one published by rename, one appended to.
  private func runHistory(on files: SimulatedFileSystem) throws(IOFailure) {
    let directory = try files.openDirectory("state", creating: true)
    let log = try directory.openFile("log", .createNew)
    for index in 0..<5 {
      try log.writeFully(
        [UInt8](repeating: UInt8(index + 1), count: 700).span, at: Int64(index * 700))
    }
    try log.sync()
    try directory.sync()
    let temporary = try directory.openFile("temporary", .createNew)
    try temporary.writeFully([UInt8](repeating: 9, count: 1500).span, at: 0)
    try temporary.sync()
    try directory.rename("temporary", to: "final")
    try directory.sync()
  }

  private func image(_ files: SimulatedFileSystem) throws -> [String: [UInt8]] {
    var image: [String: [UInt8]] = [:]
    for path in files.filePaths { image[path] = try files.contents(of: path) }
    return image
  }

  @Test("The same seed leaves the same disk behind, and other seeds leave others")
  func determinism() throws {
    var seen: Set<[String: [UInt8]]> = []
    let whole = SimulatedFileSystem(seed: 5)
    try runHistory(on: whole)
    for point in 1...whole.operationCount {
      for seed in UInt64(0)..<20 {
        let images = try (0..<2).map { _ in
          let files = SimulatedFileSystem(seed: 5)
          files.crash(at: point, tearing: true)
          #expect(throws: IOFailure.self) { try runHistory(on: files) }
          return try image(files.afterPowerLoss(.random(seed: seed)))
        }
        #expect(images[0] == images[1], "operation \(point), seed \(seed)")
        seen.insert(images[0])
      }
    }
    #expect(seen.count > 20)
  }

  @Test("A crash strikes at exactly the operation that was named, and nothing works after it")
  func crashPoint() throws {
    let whole = SimulatedFileSystem(seed: 1)
    try runHistory(on: whole)
    let count = whole.operationCount
    #expect(whole.operations.map(\.number) == Array(1...count))
    for point in 1...count {
      let files = SimulatedFileSystem(seed: 1)
      files.crash(at: point)
      do throws(IOFailure) {
        try runHistory(on: files)
        Issue.record("operation \(point) did not fail")
      } catch {
        #expect(error.isSimulatedCrash)
        #expect(error.operation == whole.operations[point - 1].kind)
      }
      #expect(files.isStopped)
      #expect(files.operationCount == point)
      #expect(throws: IOFailure.self) { try files.openDirectory("state", creating: false) }
    }
  }

  @Test("Operations that change nothing are told from those that do")
  func changes() throws {
    let files = SimulatedFileSystem(seed: 1)
    try runHistory(on: files)
    let kinds = Set(files.operations.filter(\.changedDisk).map(\.kind))
    #expect(kinds == [.makeDirectory, .syncDirectory, .open, .write, .sync, .rename])
    let before = files.operationCount
    let directory = try files.openDirectory("state", creating: false)
    let file = try directory.openFile("log", .readWrite)
    _ = try file.content()
    try file.sync()
    try directory.sync()
    #expect(files.operations[before...].allSatisfy { !$0.changedDisk })
  }

  @Test("A torn write leaves a part of itself to the next process")
  func tearing() throws {
    var lengths: Set<Int> = []
    for seed in UInt64(0)..<50 {
      let files = SimulatedFileSystem(seed: seed)
      let directory = try files.openDirectory("state", creating: true)
      let file = try directory.openFile("file", .createNew)
      files.crash(at: files.operationCount + 1, tearing: true)
      #expect(throws: IOFailure.self) {
        try file.writeFully([UInt8](repeating: 1, count: 100).span, at: 0)
      }
      lengths.insert(try files.afterProcessKill().contents(of: "state/file").count)
    }
    #expect(lengths.count > 10)
    #expect(lengths.allSatisfy { (0...100).contains($0) })
  }

  @Test("The operation log says what was done, for messages")
  func log() throws {
    let files = SimulatedFileSystem(seed: 1)
    let directory = try files.openDirectory("state", creating: true)
    let file = try directory.openFile("file", .createNew)
    try file.writeFully([1, 2].span, at: 40)
    #expect(
      files.operations.map(\.description) == [
        "1: open state", "2: make directory ./state", "3: sync directory .", "4: open state/file",
        "5: write state/file, 2 bytes at 40",
      ])
  }

  /// Appends and acknowledges each byte, with or without the sync that makes that true.
  private func acknowledgedBytes(
    on files: SimulatedFileSystem, syncing: Bool
  ) -> Int {
    var acknowledged = 0
    do throws(IOFailure) {
      let directory = try files.openDirectory("state", creating: true)
      let log = try directory.openFile("log", .createNew)
      try directory.sync()
      for index in 0..<10 {
        try log.writeFully([UInt8(index + 1)].span, at: Int64(index))
        if syncing { try log.sync() }
        acknowledged += 1
      }
    } catch {
      #expect(error.isSimulatedCrash)
    }
    return acknowledged
  }

  @Test(
    "A log that forgets to sync is caught losing what it acknowledged; one that syncs is not",
    arguments: [true, false])
  func plantedBug(syncing: Bool) {
    var losses = 0
    for point in 1...30 {
      for seed in UInt64(0)..<20 {
        let files = SimulatedFileSystem(seed: seed)
        files.crash(at: point)
        let acknowledged = acknowledgedBytes(on: files, syncing: syncing)
        let after = files.afterPowerLoss(.random(seed: seed))
        let found = (try? after.contents(of: "state/log")) ?? []
        if !found.starts(with: (0..<acknowledged).map { UInt8($0 + 1) }) { losses += 1 }
      }
    }
    #expect((losses == 0) == syncing, "\(losses) losses")
  }

  @Test("A file at rest can be read, replaced, removed and copied without an operation")
  func atRest() throws {
    let files = SimulatedFileSystem(seed: 1)
    try runHistory(on: files)
    let count = files.operationCount
    var log = try files.contents(of: "state/log")
    log[3] ^= 1
    try files.replaceContents(of: "state/log", with: log)
    try files.copyTree(from: "state", to: "backup/state")
    try files.removeFile(at: "state/final")
    try files.replaceContents(of: "new/file", with: [1])
    let expected = ["backup/state/final", "backup/state/log", "new/file", "state/log"]
    #expect(files.filePaths == expected)
    #expect(files.operationCount == count)
    let after = files.afterPowerLoss(.allLost)
    #expect(after.filePaths == expected)
    #expect(try after.contents(of: "state/log") == log)
    #expect(try after.contents(of: "backup/state/log") == log)
    #expect(throws: IOFailure.self) { try files.contents(of: "state/missing") }
    #expect(throws: IOFailure.self) { try files.contents(of: "state") }
  }

  @Test("A copy of a machine and the machine itself go separate ways")
  func copies() throws {
    let files = SimulatedFileSystem(seed: 1)
    try runHistory(on: files)
    let copy = files.afterProcessKill()
    let directory = try copy.openDirectory("state", creating: false)
    try directory.openFile("log", .readWrite).writeFully([42].span, at: 0)
    try directory.remove("final")
    #expect(try files.contents(of: "state/log").first == 1)
    #expect(files.filePaths == ["state/final", "state/log"])
    #expect(copy.filePaths == ["state/log"])
  }

  @Test("The generator gives the published numbers of SplitMix64")
  func generator() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }
}
