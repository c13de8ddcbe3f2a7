import FileIO
import Foundation
import StorageSimulator
import Testing

/// What a power loss may take, and what it may not.
@Suite("Power loss in the simulator")
struct PowerLossTests {
  static let patterns =
    LossPattern.fixed + (0..<200).map { LossPattern.random(seed: $0) }

  /// A machine with one directory, synced.
  private func makeMachine() throws -> (SimulatedFileSystem, any Directory) {
    let files = SimulatedFileSystem(seed: 1)
    return (files, try files.openDirectory("state", creating: true))
  }

  /// Everything that the patterns make of the file, nil where it is gone.
  private func outcomes(
    _ files: SimulatedFileSystem, _ name: String
  ) -> [LossPattern: [UInt8]?] {
    var outcomes: [LossPattern: [UInt8]?] = [:]
    for pattern in Self.patterns {
      let content = try? files.afterPowerLoss(pattern).contents(of: "state/" + name)
      outcomes.updateValue(content, forKey: pattern)
    }
    return outcomes
  }

  @Test("What was synced, data and name, survives everything", arguments: patterns)
  func syncedSurvives(pattern: LossPattern) throws {
    let (files, directory) = try makeMachine()
    let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let file = try directory.openFile("file", .createNew)
    try file.writeFully(bytes.span, at: 0)
    try file.sync()
    try directory.sync()
    try file.writeFully([1, 2, 3].span, at: 5000)
    _ = try directory.openFile("other", .createNew)
    let after = try files.afterPowerLoss(pattern).contents(of: "state/file")
    #expect(after.prefix(5000) == bytes[...])
  }

  @Test("Data that was written out and not synced may be lost all the same")
  func writtenOut() throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    try file.sync()
    try directory.sync()
    try file.writeFully([7, 7].span, at: 0)
    try file.writeOut(0..<2, waiting: true)
    #expect(try files.afterPowerLoss(.allLost).contents(of: "state/file") == [])
  }

  @Test("Data that was not synced is sometimes lost, sometimes kept and sometimes torn")
  func unsyncedVaries() throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    try file.sync()
    try directory.sync()
    let bytes = [UInt8](repeating: 7, count: 4096)
    try file.writeFully(bytes.span, at: 0)
    let found = outcomes(files, "file").values.compactMap { $0 }
    #expect(found.count == Self.patterns.count, "the name was synced")
    #expect(found.contains([]))
    #expect(found.contains(bytes))
    #expect(found.contains { $0.count == 4096 && $0.allSatisfy { $0 == 0 } }, "size without data")
    #expect(found.contains { Set($0) == [0, 7] }, "torn")
    #expect(
      found.contains { $0.first == 0 && $0.last == 7 }, "the end arrived, the start did not")
  }

  @Test("A sector arrives whole or not at all, and shows only what the page cache once held")
  func sectors() throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    try file.writeFully([UInt8](repeating: 1, count: 2048).span, at: 0)
    try file.sync()
    try directory.sync()
    // Three writes; the second and third share a sector with the first.
    try file.writeFully([UInt8](repeating: 2, count: 1024).span, at: 256)
    try file.writeFully([UInt8](repeating: 3, count: 100).span, at: 300)
    try file.writeFully([UInt8](repeating: 4, count: 10).span, at: 500)
    var history = [[UInt8](repeating: 1, count: 2048)]
    for (value, range) in [(UInt8(2), 256..<1280), (3, 300..<400), (4, 500..<510)] {
      var next = history[history.count - 1]
      next.replaceSubrange(range, with: repeatElement(value, count: range.count))
      history.append(next)
    }
    var seen: Set<[Int]> = []
    for (pattern, content) in outcomes(files, "file") {
      let content = try #require(content)
      let moments = try (0..<4).map { sector in
        let range = (sector * 512)..<(sector * 512 + 512)
        return try #require(
          history.firstIndex { $0[range] == content[range] }, "\(pattern): sector \(sector)")
      }
      seen.insert(moments)
    }
    #expect(seen.count > 4, "more than the four moments themselves")
    #expect(seen.contains([0, 1, 1, 0]) || seen.contains([3, 0, 1, 0]), "sectors are independent")
  }

  @Test("What was cut and extended again shows the old bytes, or zeros, never a mix in a sector")
  func truncation() throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    try file.writeFully([UInt8](repeating: 1, count: 2048).span, at: 0)
    try file.sync()
    try directory.sync()
    try file.truncate(to: 512)
    try file.truncate(to: 2048)
    let found = Set(outcomes(files, "file").values.compactMap { $0 })
    let old = [UInt8](repeating: 1, count: 512)
    let zeros = [UInt8](repeating: 0, count: 512)
    #expect(found == [old + old + old + old, old, old + zeros + zeros + zeros])
  }

  @Test("A cut that was synced never brings the old bytes back", arguments: patterns)
  func syncedCut(pattern: LossPattern) throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    try file.writeFully([UInt8](repeating: 1, count: 2048).span, at: 0)
    try file.truncate(to: 100)
    try file.sync()
    try directory.sync()
    try file.writeFully([UInt8](repeating: 2, count: 1000).span, at: 100)
    let content = try files.afterPowerLoss(pattern).contents(of: "state/file")
    #expect(content.prefix(100).allSatisfy { $0 == 1 })
    #expect(content.dropFirst(100).allSatisfy { $0 == 0 || $0 == 2 })
  }

  @Test("A name that was not synced may be missing, although the file was synced")
  func unsyncedName() throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    try file.writeFully([1].span, at: 0)
    try file.sync()
    #expect(Set(outcomes(files, "file").values) == [nil, [1]])
  }

  @Test("A rename is there whole or not at all: always one of the two contents, under one name")
  func renameIsAtomic() throws {
    let (files, directory) = try makeMachine()
    for (name, content) in [("final", [UInt8(1)]), ("temporary", [2])] {
      let file = try directory.openFile(name, .createNew)
      try file.writeFully(content.span, at: 0)
      try file.sync()
    }
    try directory.sync()
    try directory.rename("temporary", to: "final")
    var seen: Set<[UInt8]> = []
    for pattern in Self.patterns {
      let after = files.afterPowerLoss(pattern)
      let content = try after.contents(of: "state/final")
      seen.insert(content)
      #expect(after.filePaths.contains("state/temporary") == (content == [1]), "\(pattern)")
    }
    #expect(seen == [[1], [2]])
  }

  @Test("However renames follow one another, a file keeps exactly one name")
  func renameChain() throws {
    let (files, directory) = try makeMachine()
    _ = try directory.openFile("a", .createNew)
    try directory.sync()
    try directory.rename("a", to: "b")
    try directory.rename("b", to: "c")
    try directory.rename("c", to: "d")
    var seen: Set<[String]> = []
    for pattern in Self.patterns { seen.insert(files.afterPowerLoss(pattern).filePaths) }
    #expect(seen == [["state/a"], ["state/b"], ["state/c"], ["state/d"]])
  }

  @Test("A removal that was not synced may be undone, with the content as it was")
  func removal() throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    try file.writeFully([1].span, at: 0)
    try file.sync()
    try directory.sync()
    try file.close()
    try directory.remove("file")
    #expect(Set(outcomes(files, "file").values) == [nil, [1]])
    try directory.sync()
    #expect(Set(outcomes(files, "file").values) == [nil])
  }

  @Test("Names are lost independently of one another")
  func independentNames() throws {
    let (files, directory) = try makeMachine()
    for name in ["a", "b", "c"] { _ = try directory.openFile(name, .createNew) }
    let seen = Set(Self.patterns.map { files.afterPowerLoss($0).filePaths.count })
    #expect(seen == [0, 1, 2, 3])
    let later = Self.patterns.map { files.afterPowerLoss($0).filePaths }
    #expect(later.contains(["state/c"]), "a later one without the earlier")
  }

  @Test("A directory opened with creation is there after every power loss", arguments: patterns)
  func createdDirectory(pattern: LossPattern) throws {
    let (files, directory) = try makeMachine()
    _ = try files.afterPowerLoss(pattern).openDirectory("state", creating: false)
    _ = try directory.openDirectory("quarantine", creating: true)
    let after = files.afterPowerLoss(.allLost)
    #expect(throws: IOFailure.self) {
      try after.openDirectory("state/quarantine", creating: false)
    }
    try directory.sync()
    _ = try files.afterPowerLoss(pattern).openDirectory("state/quarantine", creating: false)
  }

  @Test("A killed process loses nothing, but what it did not sync can still go with the power")
  func processKill() throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    #expect(try file.tryLock(byteAt: 0))
    try file.writeFully([1, 2, 3].span, at: 0)
    files.crash()
    let next = files.afterProcessKill()
    let again = try next.openDirectory("state", creating: false)
    let reopened = try again.openFile("file", .readWrite)
    #expect(try reopened.content() == [1, 2, 3])
    #expect(try reopened.tryLock(byteAt: 0), "locks died with the process")
    #expect(next.afterPowerLoss(.allLost).filePaths.isEmpty)
    try reopened.sync()
    try again.sync()
    #expect(try next.afterPowerLoss(.allLost).contents(of: "state/file") == [1, 2, 3])
    #expect(throws: IOFailure.self) { try file.content() }
  }

  @Test("What a power loss left behind is durable", arguments: patterns)
  func settled(pattern: LossPattern) throws {
    let (files, directory) = try makeMachine()
    let file = try directory.openFile("file", .createNew)
    try file.writeFully([UInt8](repeating: 1, count: 3000).span, at: 0)
    let once = files.afterPowerLoss(pattern)
    let twice = once.afterPowerLoss(.allLost)
    #expect(once.filePaths == twice.filePaths)
    for path in once.filePaths {
      #expect(try once.contents(of: path) == twice.contents(of: path))
    }
  }
}
