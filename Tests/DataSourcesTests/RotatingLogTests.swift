import DataSources
import StateJournal
import Testing

@Suite("Logs that are rotated", .timeLimit(.minutes(30)))
struct RotatingLogTests {
  /// A log, and a job that reads it now and then.
  private final class Bench {
    let folder: Folder
    let storage = InMemoryStateStorage()
    var number = 0
    let loss: RotatingLogSource.LossPolicy

    init(loss: RotatingLogSource.LossPolicy = .fail) throws {
      folder = try Folder()
      self.loss = loss
    }

    func line() -> String {
      number += 1
      return "{\"n\":\(number)}\n"
    }

    func write(_ count: Int, to name: String = "app.log") throws {
      try folder.append((0..<count).map { _ in line() }.joined(), to: name)
    }

    /// Moves `app.log.1` to `app.log.2` and so on, as far as they are there.
    func shift() throws {
      for age in (1...8).reversed() where folder.text("app.log.\(age)") != nil {
        try folder.rename("app.log.\(age)", to: "app.log.\(age + 1)")
      }
    }

    func rotateByRename() throws {
      try shift()
      try folder.rename("app.log", to: "app.log.1")
    }

    func rotateByCopy() throws {
      try shift()
      try folder.copyAndTruncate("app.log", to: "app.log.1")
    }

    @discardableResult
    func read() async throws -> IngestionSummary {
      let log = RotatingLogSource(
        "app.log", in: folder.path, identifier: "app", loss: loss,
        options: FileReadingOptions(chunkByteCount: 64))
      return try await Ingestion(
        sources: [log], sink: try NDJSONFileSink(folder.path + "/out"), storage: storage,
        policy: IngestionPolicy(grouping: GroupingPolicy(maximumPayloadCount: 1))
      ).run()
    }

    var output: [Int] {
      (folder.text("out/app.log.ndjson") ?? "").split(separator: "\n").compactMap {
        Int($0.filter(\.isNumber))
      }
    }
  }

  enum Rotation: CaseIterable, Sendable { case rename, copy }

  @Test(
    "Every line comes once and in order, however often the log is rotated between two runs",
    arguments: Rotation.allCases, 0...4)
  func rotations(_ rotation: Rotation, count: Int) async throws {
    let bench = try Bench()
    try bench.write(20)
    try await bench.read()
    for _ in 0..<count {
      try bench.write(7)
      if rotation == .rename { try bench.rotateByRename() } else { try bench.rotateByCopy() }
      try bench.write(5)
    }
    try await bench.read()
    #expect(bench.output == Array(1...bench.number))
    try bench.write(3)
    try await bench.read()
    #expect(bench.output == Array(1...bench.number))
  }

  @Test(
    "A log that is rotated in the middle of a reading, and outgrows its old end, gives each line once",
    arguments: Rotation.allCases, [0, 1, 3])
  func whileReading(_ rotation: Rotation, payloadsBefore: Int) async throws {
    let bench = try Bench()
    try bench.write(60)
    let log = RotatingLogSource(
      "app.log", in: bench.folder.path, identifier: "app",
      options: FileReadingOptions(chunkByteCount: 64))
    var reader = try await log.streams()[0].open(after: [:])
    var numbers: [Int64] = []
    var payloadCount = 0
    while let payload = try await reader.next() {
      numbers += try payload.data.objects().compactMap { $0["n"]?.int }
      payloadCount += 1
      if payloadCount == payloadsBefore + 1 {
        if rotation == .rename { try bench.rotateByRename() } else { try bench.rotateByCopy() }
        // Longer than it was, and other lines at the same places.
        try bench.write(200)
      }
    }
    #expect(numbers == (1...260).map(Int64.init))
  }

  @Test(
    "A first run reads what was rotated away as well, the oldest first",
    arguments: Rotation.allCases)
  func firstRun(_ rotation: Rotation) async throws {
    let bench = try Bench()
    for _ in 0..<12 {
      try bench.write(3)
      if rotation == .rename { try bench.rotateByRename() } else { try bench.rotateByCopy() }
    }
    try bench.folder.remove("app.log.9")
    try bench.write(2)
    try await bench.read()
    #expect(bench.output == Array(13...bench.number))
  }

  @Test("Lines written to the renamed file before its writer opens the new one are read")
  func writerBehindRename() async throws {
    let bench = try Bench()
    try bench.write(5)
    try await bench.read()
    try bench.rotateByRename()
    try bench.folder.put("", in: "app.log")
    try await bench.read()
    try bench.write(4, to: "app.log.1")
    try await bench.read()
    try bench.write(1, to: "app.log.1")
    try bench.write(3)
    try await bench.read()
    #expect(bench.output == Array(1...13))
  }

  @Test("A copy that is being taken is not read beside its original")
  func copyInProgress() async throws {
    for copied in [1, 20, 40, 48] {
      let bench = try Bench()
      try bench.write(6)
      let text = try #require(bench.folder.text("app.log"))
      #expect(text.utf8.count == 48)
      try bench.folder.put(String(text.prefix(copied)), in: "app.log.1")
      try await bench.read()
      #expect(bench.output == Array(1...6), "\(copied)")
      // The copy is complete now, and the log cut.
      try bench.folder.put(text, in: "app.log.1")
      try bench.folder.truncate("app.log")
      try bench.write(2)
      try await bench.read()
      #expect(bench.output == Array(1...8), "\(copied)")
    }
  }

  @Test(
    "A last line without a line end waits for its end, and in a file that is rotated away is taken")
  func partialLine() async throws {
    let bench = try Bench()
    try bench.write(2)
    try bench.folder.append("{\"n\":", to: "app.log")
    try await bench.read()
    #expect(bench.output == [1, 2])
    try bench.folder.append("3}", to: "app.log")
    try await bench.read()
    #expect(bench.output == [1, 2])
    try bench.rotateByRename()
    try await bench.read()
    #expect(bench.output == [1, 2])
    try bench.folder.append("{\"n\":4}\n", to: "app.log")
    try await bench.read()
    #expect(bench.output == [1, 2, 3, 4])
  }

  @Test(
    "What was read and is nowhere any more stops the stream, or lets it begin anew where that is said"
  )
  func loss() async throws {
    for loss in [RotatingLogSource.LossPolicy.fail, .beginAnew] {
      let bench = try Bench(loss: loss)
      try bench.write(4)
      try await bench.read()
      try bench.folder.truncate("app.log")
      try bench.write(2)
      if loss == .fail {
        let error = await #expect(throws: IngestionError.self) { try await bench.read() }
        #expect(error?.message.contains("app.log: the file that was read up to byte 32") == true)
        #expect(bench.output == [1, 2, 3, 4])
      } else {
        try await bench.read()
        #expect(bench.output == Array(1...6))
      }
    }
  }

  @Test(
    "A line that is no object of JSON stops the stream behind the lines before it, with its place")
  func malformed() async throws {
    let bench = try Bench()
    try bench.write(1)
    try bench.folder.append("\n  {\"n\": 2} \r\n{\"n\": tru}\n", to: "app.log")
    let error = await #expect(throws: IngestionError.self) { try await bench.read() }
    #expect(
      error?.message.contains("app.log:4:10: no value can start or go on here") == true,
      "\(error?.message ?? "")")
    #expect(bench.folder.text("out/app.log.ndjson") == "{\"n\":1}\n{\"n\": 2}\n")
  }

  @Test("A file of a log whose name only looks the same is none of this log's")
  func lookAlike() async throws {
    let folder = try Folder()
    try folder.put("{\"n\":1}\n", in: "\u{e9}.log")
    try folder.put("{\"n\":2}\n", in: "e\u{301}.log.1")
    let log = RotatingLogSource("\u{e9}.log", in: folder.path, identifier: "app")
    let summary = try await Ingestion(
      sources: [log], sink: try NDJSONFileSink(folder.path + "/out"),
      storage: InMemoryStateStorage()
    ).run()
    #expect(summary.progress.rowCount == 1)
  }
}
