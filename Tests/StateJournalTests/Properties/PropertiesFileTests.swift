import FileIO
import Foundation
import StorageSimulator
import Testing

@testable import StateJournal

@Suite("Properties in a file survive crashes, and are locked") struct PropertiesFileTests {
  private static let path = "jobs/properties.json"

  private static func machine() throws -> SimulatedFileSystem {
    let files = SimulatedFileSystem(seed: 1)
    _ = try files.openDirectory("jobs", creating: true)
    return files
  }

  private static func recover(_ files: SimulatedFileSystem) throws -> StateObject {
    var file = try PropertiesFile(opening: path, in: files)
    defer { file.close() }
    return try file.read()
  }

  @Test("Whenever it stops and whatever is lost, acknowledged properties are there, whole")
  func crashes() throws {
    var exploration = CrashExploration(promise: Int64(0)) { files, promise in
      var file = try PropertiesFile(opening: Self.path, in: files)
      for number in Int64(1)...4 {
        try file.write(["n": .int(number), "text": .string(String(repeating: "x", count: 700))])
        promise(number)
      }
      file.close()
    } recover: { files in
      try Self.recover(files)["n"]?.int ?? 0
    } permits: { found, promised, _ in
      found == promised || found == promised + 1
    }
    exploration.unimportantPaths = [Self.path + ".lock"]
    let report = exploration.run(from: try Self.machine())
    print("crashes, properties file: \(report)")
    for violation in report.violations { Issue.record("\(violation)") }
    #expect(report.checkedStateCount > 300)
  }

  @Test("Whatever fails once, nothing acknowledged is lost and nothing is torn")
  func faults() throws {
    let rehearsal = try Self.machine()
    var file = try PropertiesFile(opening: Self.path, in: rehearsal)
    for number in Int64(1)...3 { try file.write(["n": .int(number)]) }
    file.close()
    for operation in rehearsal.operations {
      for effect in Fault.Effect.applicable(to: operation.kind) {
        guard let files = try? Self.machine() else { continue }
        files.inject(Fault(effect, at: operation.number))
        var file: PropertiesFile?
        var acknowledged: Int64 = 0
        for number in Int64(1)...3 {
          do {
            if file == nil { file = try PropertiesFile(opening: Self.path, in: files) }
            try file?.write(["n": .int(number)])
            acknowledged = number
          } catch {
            if effect == .full { files.clearFaults() }
            file?.close()
            file = nil
          }
        }
        file?.close()
        let found = try Self.recover(files.afterPowerLoss(.allLost))["n"]?.int ?? 0
        #expect(found >= acknowledged && found <= 3, "\(effect) at \(operation)")
      }
    }
  }

  @Test("A file that is open is refused, and free again after closing")
  func lock() async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
      let path = "\(directory)/properties.json"
      let first = try await JSONFileProperties.open(path)
      let error = try await #require(throws: StateError.self) {
        _ = try await JSONFileProperties.open(path)
      }
      #expect(error.description.contains("in use"))
      try await first.setAll(["a": 1.0])
      await first.close()
      await #expect(throws: StateError.self) { try await first.getAll() }
      let second = try await JSONFileProperties.open(path)
      #expect(try await second.getAll() == ["a": 1.0])
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "{\n  \"a\": 1.0\n}\n")
      await second.close()
    }
  }

  @Test(
    "An empty or damaged file is an error with its path", arguments: ["", "{", "[]", "{\"a\":1,}"])
  func damage(content: String) async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
      let path = "\(directory)/properties.json"
      try Data(content.utf8).write(to: URL(filePath: path))
      let properties = try await JSONFileProperties.open(path)
      let error = try await #require(throws: StateError.self) { try await properties.getAll() }
      #expect(error.description.contains(path), "\(error)")
      await #expect(throws: StateError.self) {
        _ = try await properties.replaceAll([:], with: ["a": 1])
      }
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(content.utf8))
      await properties.close()
    }
  }
}
