import DataSources
import FileIO
import StateJournal
import StorageSimulator
import Synchronization
import Testing

@Suite("A directory of files as a source", .timeLimit(.minutes(30)))
struct DirectorySourceTests {
  private let folder: Folder
  private let storage = InMemoryStateStorage()

  init() throws { folder = try Folder() }

  private func source(
    _ completeness: FileCompleteness, format: FileFormat = .ndjson,
    clock: TestClock = TestClock(.leaping)
  ) -> DirectorySource {
    DirectorySource(
      folder.path, identifier: "inbox", format: format, completeness: completeness,
      in: POSIXFileSystem(), clock: clock)
  }

  @discardableResult
  private func run(_ source: DirectorySource) async throws -> IngestionSummary {
    try await Ingestion(
      sources: [source], sink: try NDJSONFileSink(folder.path + "/out"), storage: storage,
      policy: IngestionPolicy(
        maximumConcurrentStreams: 1, streamErrorPolicy: { _ in .stopStream })
    ).run()
  }

  @Test("Files are taken in the order of their names' bytes, hidden ones and others not")
  func order() async throws {
    for name in ["b.ndjson", "a.ndjson", "Z.ndjson", ".c.ndjson", "d.txt"] {
      try folder.put("{}\n", in: name)
    }
    let summary = try await run(source(.named))
    #expect(summary.streams.map(\.address.name) == ["Z", "a", "b"])
  }

  @Test(
    "A complete file is read to its last byte, once, and later ones beside it, wherever they sort")
  func complete() async throws {
    try folder.put("{\"n\":1}\n{\"n\":2}", in: "b.ndjson")
    try await run(source(.named))
    #expect(folder.text("out/b.ndjson") == "{\"n\":1}\n{\"n\":2}\n")
    #expect(try await storage.read(.stream("b", of: "inbox"))["complete"] == true)
    try folder.put("{\"n\":3}\n", in: "a.ndjson")
    let summary = try await run(source(.named))
    #expect(summary.progress.rowCount == 1)
    #expect(folder.text("out/a.ndjson") == "{\"n\":3}\n")
    #expect(folder.text("out/b.ndjson") == "{\"n\":1}\n{\"n\":2}\n")
  }

  @Test("A complete file that is written to, or replaced, is refused and named")
  func changedAfterwards() async throws {
    try folder.put("{\"n\":1}\n", in: "a.ndjson")
    try folder.put("{\"n\":1}\n", in: "b.ndjson")
    try await run(source(.named))
    try folder.append("{\"n\":2}\n", to: "a.ndjson")
    try folder.put("{\"n\":2}\n", in: "c.tmp")
    try folder.rename("c.tmp", to: "b.ndjson")
    let summary = try await run(source(.named))
    let messages = summary.streams.map { stream in
      if case .failed(let error)? = stream.outcome { error.message } else { "" }
    }
    #expect(
      messages[0].contains(
        "a.ndjson was complete and ingested, 8 bytes of it, and has 16 bytes now"))
    #expect(messages[1].contains("b.ndjson was complete and ingested"))
    #expect(messages[1].contains("been replaced by another file since"))
    #expect(folder.text("out/a.ndjson") == "{\"n\":1}\n")
  }

  @Test("A marked file is taken once its mark is there")
  func marked() async throws {
    try folder.put("a,b\n1,2", in: "x.csv")
    let source = source(.marked(suffix: ".done"), format: .csv)
    #expect(try await run(source).streams.isEmpty)
    try folder.put("", in: "x.csv.done")
    #expect(try await run(source).progress.rowCount == 1)
    #expect(folder.text("out/x.ndjson") == "{\"a\":\"1\",\"b\":\"2\"}\n")
  }

  @Test("A file that is written to is left alone until it has rested for the whole time")
  func resting() async throws {
    let folder = folder
    let writes = Mutex(1)
    let clock = TestClock(.leaping) { _ in
      // Somebody is still writing while the directory is watched for the first time.
      let isWriting = writes.withLock { count in
        count -= 1
        return count == 0
      }
      if isWriting { try? folder.append("{\"n\":2}\n", to: "a.ndjson") }
    }
    let source = source(.unchanged(for: .seconds(10)), clock: clock)
    try folder.put("{\"n\":1}\n", in: "a.ndjson")
    #expect(try await source.streams().isEmpty)
    #expect(clock.sleeps == [.seconds(10)])
    #expect(try await source.streams().map(\.name) == ["a"])
    #expect(try await source.streams().map(\.name) == ["a"])
  }

  @Test("A growing file holds back its last line until it ends, and a changed beginning is refused")
  func growing() async throws {
    try folder.put("{\"n\":1}\n{\"n\"", in: "a.ndjson")
    try await run(source(.growing))
    #expect(folder.text("out/a.ndjson") == "{\"n\":1}\n")
    try folder.append(":2}\n", to: "a.ndjson")
    try await run(source(.growing))
    #expect(folder.text("out/a.ndjson") == "{\"n\":1}\n{\"n\":2}\n")
    try folder.put("{\"n\":9}\n{\"n\":2}\n{\"n\":3}\n", in: "a.ndjson")
    let summary = try await run(source(.growing))
    guard case .failed(let error)? = summary.streams[0].outcome else {
      Issue.record("\(summary)")
      return
    }
    #expect(error.message.contains("a.ndjson was edited or written anew in place"))
    #expect(folder.text("out/a.ndjson") == "{\"n\":1}\n{\"n\":2}\n")
  }

  @Test("A watch finds what appears between its runs, until it is cancelled")
  func watch() async throws {
    let (folder, storage) = (folder, storage)
    let source = source(.named)
    try folder.put("{\"n\":1}\n", in: "a.ndjson")
    let pauses = Mutex(0)
    let clock = TestClock(.leaping) { pause in
      guard pause == .seconds(60) else { return }
      let count = pauses.withLock { count in
        count += 1
        return count
      }
      if count == 1 { try? folder.put("{\"n\":2}\n", in: "b.ndjson") }
      if count == 3 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
    }
    let watch = Task {
      try await Ingestion(
        sources: [source], sink: try NDJSONFileSink(folder.path + "/out"), storage: storage,
        clock: clock
      ).run(every: .seconds(60))
    }
    let summary = try await watch.value
    #expect(summary.progress.rowCount == 2)
    #expect(summary.streams.map(\.rowCount) == [1, 1])
    #expect(summary.wasInterrupted)
    #expect(folder.text("out/b.ndjson") == "{\"n\":2}\n")
  }

  @Test("A mark beside a file whose name only looks the same does not make it complete")
  func lookAlikeMark() async throws {
    try folder.put("a\n1", in: "\u{e9}.csv")
    try folder.put("", in: "e\u{301}.csv.done")
    let source = source(.marked(suffix: ".done"), format: .csv)
    #expect(try await source.streams().isEmpty)
    try folder.put("", in: "\u{e9}.csv.done")
    #expect(try await source.streams().map(\.name) == ["\u{e9}"])
  }

  @Test("Of files whose names look the same, only the one that rests is complete")
  func lookAlikeRest() async throws {
    let folder = folder
    try folder.put("{}\n", in: "\u{e9}.ndjson")
    try folder.put("{}\n", in: "e\u{301}.ndjson")
    let clock = TestClock(.leaping) { _ in try? folder.append("{}\n", to: "\u{e9}.ndjson") }
    let streams = try await source(.unchanged(for: .seconds(10)), clock: clock).streams()
    #expect(streams.map { Array($0.name.utf8) } == [Array("e\u{301}".utf8)])
  }

  @Test("A file that cannot be looked at for a while is not taken for complete")
  func unknownCompleteness() async throws {
    let files = SimulatedFileSystem(seed: 91)
    _ = try files.openDirectory("in", creating: true)
    try files.replaceContents(of: "in/a.ndjson", with: Array("{}\n".utf8))
    let source = DirectorySource(
      "in", identifier: "inbox", format: .ndjson, completeness: .unchanged(for: .seconds(10)),
      in: files, clock: TestClock(.leaping))
    files.inject(Fault(.inputOutput, of: .open, on: "a.ndjson"))
    await #expect(throws: DataSourceError.self) { try await source.streams() }
    #expect(try await source.streams().map(\.name) == ["a"])
  }
}
