import FileIO
import StorageSimulator
import Testing

/// A rig earns trust by catching bugs: programs with one mistake each, and the same without.
@Suite("Crashes explored")
struct CrashExplorationTests {
  /// Keeps one number in a file, replaced by rename.
  private struct NumberFile {
    enum Mistake: CaseIterable, Sendable {
      case noSync, noDirectorySync, inPlace, recoveryThatForgets, recoveryThatGuesses
    }

    let directory: any Directory
    /// Whether each opening leaves a trace, so that no two find the same disk.
    var countsOpenings = false
    let mistake: Mistake?

    init(in files: SimulatedFileSystem, _ mistake: Mistake?) throws(IOFailure) {
      directory = try files.openDirectory("state", creating: true)
      self.mistake = mistake
    }

    /// Each number fills more than one sector, to be torn.
    private static let byteCount = 1100

    func store(_ number: UInt8) throws(IOFailure) {
      let name = mistake == .inPlace ? "number" : "number.tmp"
      let file = try directory.openFile(name, .createIfMissing)
      try file.writeFully([UInt8](repeating: number, count: Self.byteCount).span, at: 0)
      if mistake != .noSync { try file.sync() }
      if mistake != .inPlace { try directory.rename(name, to: "number") }
      if mistake != .noDirectorySync { try directory.sync() }
    }

    func load() throws -> UInt8 {
      var names = try directory.list()
      if countsOpenings {
        let file = try directory.openFile("openings", .createIfMissing)
        try file.writeFully([1].span, at: try file.byteCount())
        try file.sync()
      }
      if mistake == .recoveryThatForgets, names.contains("number.tmp") {
        // Takes the old number away before it has looked whether the new one is whole.
        if names.contains("number") { try directory.remove("number") }
        try directory.rename("number.tmp", to: "number")
        names = ["number"]
      }
      if mistake == .recoveryThatGuesses, !names.contains("mark") {
        // Remembers that it was here, and says something else the next time.
        _ = try directory.openFile("mark", .createNew)
        return 200
      }
      try directory.sync()
      guard names.contains("number") else { return 0 }
      let file = try directory.openFile("number", .read)
      var bytes = [UInt8](repeating: 0, count: Self.byteCount)
      let count = try file.readFully(into: &bytes, range: bytes.indices, at: 0)
      guard count == bytes.count, Set(bytes).count == 1 else { throw Torn() }
      try file.sync()
      return bytes[0]
    }
  }

  private struct Torn: Error {}

  private func explore(_ mistake: NumberFile.Mistake?) -> CrashReport {
    var exploration = CrashExploration(promise: UInt8(0)) { files, promise in
      let file = try NumberFile(in: files, mistake)
      for number in UInt8(1)...3 {
        try file.store(number)
        promise(number)
      }
    } recover: { files in
      try NumberFile(in: files, mistake).load()
    } permits: { found, promised, _ in
      found == promised || found == promised + 1
    }
    exploration.goOn = { files, found, promise in
      let file = try NumberFile(in: files, mistake)
      _ = try file.load()
      promise(found)
      try file.store(found + 1)
      promise(found + 1)
    }
    return exploration.run()
  }

  @Test("A program without a mistake passes, and the report counts what was looked at")
  func soundProgram() {
    let report = explore(nil)
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.operationCount > 15)
    #expect(report.stopCount > 15)
    #expect(report.outcomeCount == report.stopCount * 8)
    #expect(report.stoppedRecoveryCounts.count == 2)
    #expect(report.stoppedRecoveryCounts.allSatisfy { $0 > 20 })
    #expect(report.continuationCount > 10)
    #expect(report.recoveredDiskCount < report.checkedStateCount)
  }

  @Test("Each mistake is caught, at a named place", arguments: NumberFile.Mistake.allCases)
  private func mistakes(mistake: NumberFile.Mistake) {
    let report = explore(mistake)
    #expect(!report.violations.isEmpty)
    #expect(
      report.violations.allSatisfy { $0.place.contains("operation") || $0.place.contains("end") })
    #expect(report.violations.count <= 10)
  }

  @Test("A recovery that leaves another disk behind each time comes to an end")
  func growingDisk() {
    let report = CrashExploration(promise: UInt8(0)) { files, promise in
      try NumberFile(in: files, nil).store(1)
      promise(1)
    } recover: { files in
      var file = try NumberFile(in: files, nil)
      file.countsOpenings = true
      return try file.load()
    } permits: { found, promised, _ in
      found >= promised
    }.run()
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.recoveredDiskCount > 50)
  }

  @Test("Disks that differ in nothing but what does not count are recovered once")
  func unimportant() {
    func recoveredDiskCount(_ unimportantPaths: [String]) -> Int {
      var exploration = CrashExploration(promise: UInt8(0)) { files, promise in
        let file = try NumberFile(in: files, nil)
        try file.store(1)
        promise(1)
        // Somebody else's, in a directory that recovery does not look into.
        for number in UInt8(1)...3 {
          let log = try files.openDirectory("other", creating: true)
          try log.openFile("\(number)", .createNew).writeFully([number].span, at: 0)
          try log.sync()
        }
      } recover: { files in
        try NumberFile(in: files, nil).load()
      } permits: { found, promised, _ in
        found == promised || found == promised + 1
      }
      exploration.unimportantPaths = unimportantPaths
      let report = exploration.run()
      #expect(report.violations.isEmpty, "\(report.violations)")
      return report.recoveredDiskCount
    }
    let all = recoveredDiskCount([])
    let withoutFile = recoveredDiskCount(["other/3"])
    let withoutDirectory = recoveredDiskCount(["other"])
    #expect(withoutDirectory < withoutFile && withoutFile < all)
  }

  @Test("The same seed explores the same outcomes")
  func determinism() {
    let reports = (0..<2).map { _ in explore(.noSync) }
    #expect(reports[0].description == reports[1].description)
    #expect(reports[0].violations.map(\.description) == reports[1].violations.map(\.description))
  }

  @Test("A watchdog ends the process and names what did not end")
  func watchdog() async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let watchdog = Watchdog(limit: .milliseconds(20))
      watchdog.begin("seed 7, operation 12")
      let never = Monitor(false)
      never.wait { $0 ? () : nil }
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(text.contains("seed 7, operation 12"))
  }

  @Test(
    "Every operation of the seam has failures to offer, but for a store, which cannot report any",
    arguments: IOFailure.Operation.allCases)
  func applicableFaults(kind: IOFailure.Operation) throws {
    let effects = Fault.Effect.applicable(to: kind)
    #expect(Set(effects).count == effects.count)
    #expect(effects.contains { !$0.isHarmless } == (kind != .store))
  }
}
