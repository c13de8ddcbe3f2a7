import FileIO
import StateJournal
import Testing

@testable import DataSources
@testable import ingest

@Suite("ingest: runs", .timeLimit(.minutes(30)))
struct IngestRunTests {
  @Test("The bundled data sets come out whole, and a second run finds nothing new")
  func bundledData() async throws {
    let data = try #require(BundledData.directory())
    let rig = try IngestRig()
    let first = try await rig.run(input: data)
    #expect(first.code == .done)
    #expect(first.messages == "")
    for (name, rowCount) in [("airports", 3376), ("seattle-weather", 1461), ("sf-temps", 8759)] {
      let text = try #require(rig.written("\(name).ndjson"))
      #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } == rowCount, "\(name)")
    }
    #expect(first.output.contains("13,596 rows from 3 files"))
    let airports = try #require(rig.written("airports.ndjson"))
    #expect(
      airports.hasPrefix(
        #"{"iata":"00M","name":"Thigpen","city":"Bay Springs","state":"MS","country":"USA","#
          + #""latitude":"31.95376472","longitude":"-89.23450472"}"#))

    let second = try await rig.run(input: data)
    #expect(second.code == .done)
    #expect(second.output == "nothing new in 3 files\n")
    #expect(second.messages.contains("resuming airports behind row 3,376 (byte 210,365)\n"))
    #expect(rig.written("airports.ndjson") == airports)
  }

  @Test("Appended rows are ingested, and only those")
  func appended() async throws {
    let rig = try IngestRig()
    try rig.put("a,b\n1,2\n", in: "x.csv")
    _ = try await rig.run()
    try rig.append("3,4\n", to: "x.csv")
    try rig.put("c\n5\n", in: "y.csv")
    let outcome = try await rig.run()
    #expect(outcome.code == .done)
    #expect(outcome.messages == "resuming x behind row 1 (byte 8)\n")
    #expect(outcome.output.hasPrefix("x  1 row, 4 B\ny  1 row, 4 B\n2 rows from 2 files in "))
    #expect(rig.written("x.ndjson") == #"{"a":"1","b":"2"}"# + "\n" + #"{"a":"3","b":"4"}"# + "\n")
    #expect(rig.written("y.ndjson") == #"{"c":"5"}"# + "\n")
    let state = try await rig.state(of: "x")
    #expect(state["offset"] == 12)
    #expect(state["line"] == 4)
    #expect(state["rows"] == 2)
    #expect(state["sink"] == ["file": "x.ndjson", "length": 36])
  }

  @Test("The state in its journal survives the run, beside the output and out of its way")
  func journal() async throws {
    let rig = try IngestRig()
    try rig.put("a\n1\n", in: "x.csv")
    #expect(try await rig.run(inJournal: true).code == .done)
    try rig.append("2\n", to: "x.csv")
    let outcome = try await rig.run(inJournal: true)
    #expect(outcome.code == .done)
    #expect(outcome.messages == "resuming x behind row 1 (byte 4)\n")
    #expect(rig.written("x.ndjson") == "{\"a\":\"1\"}\n{\"a\":\"2\"}\n")
    #expect(try await rig.run(inJournal: true).output == "nothing new in 1 file\n")
  }

  @Test("An interrupted run says so, and the next one goes on")
  func interrupted() async throws {
    let rig = try IngestRig()
    try rig.put("a\n1\n", in: "x.csv")
    let run = Task {
      // Interrupted before it begins: the one moment that needs no luck to hit.
      while !Task.isCancelled { await Task.yield() }
      return try await rig.run()
    }
    run.cancel()
    let outcome = try await run.value
    #expect(outcome.code == .interrupted)
    #expect(outcome.output == "interrupted: everything above is committed, run again to go on\n")
    #expect(try await rig.run().code == .done)
    #expect(rig.written("x.ndjson") == "{\"a\":\"1\"}\n")
  }

  @Test("A last row without a line end is held back until it has one")
  func heldBack() async throws {
    let rig = try IngestRig()
    try rig.put("a,b\n1,2\n3,b", in: "x.csv")
    let first = try await rig.run()
    #expect(first.code == .done)
    #expect(first.output.contains("x.csv:3: 3 bytes held back"))
    #expect(rig.written("x.ndjson") == #"{"a":"1","b":"2"}"# + "\n")
    try rig.append("c\n", to: "x.csv")
    _ = try await rig.run()
    #expect(
      rig.written("x.ndjson") == #"{"a":"1","b":"2"}"# + "\n" + #"{"a":"3","b":"bc"}"# + "\n")
  }

  @Test("Even a header is held back until it is whole", arguments: ["", "a,", "\"a\n"])
  func heldBackHeader(_ text: String) async throws {
    let rig = try IngestRig()
    try rig.put(text, in: "x.csv")
    let outcome = try await rig.run()
    #expect(outcome.code == .done)
    #expect(outcome.output.contains("held back") == !text.isEmpty)
    #expect(try await rig.state(of: "x")["offset"] == nil)
  }

  @Test(
    "A row taken by --final may get its line end later, and rows behind it",
    arguments: [
      ("\n5,6\n", true), ("\r\n5,6\n", true), ("", true), ("5,6\n", false), ("\r5", false),
    ])
  func finalThenMore(_ more: String, isFine: Bool) async throws {
    let rig = try IngestRig()
    try rig.put("a,b\n1,2\n3,4", in: "x.csv")
    #expect(try await rig.run(["--final"]).code == .done)
    let taken = #"{"a":"1","b":"2"}"# + "\n" + #"{"a":"3","b":"4"}"# + "\n"
    #expect(rig.written("x.ndjson") == taken)
    try rig.append(more, to: "x.csv")
    let outcome = try await rig.run()
    #expect(outcome.code == (isFine ? .done : .failed))
    #expect(outcome.messages.contains("x.csv:3: this row was ingested as the last one") != isFine)
    let gained = isFine && !more.isEmpty ? #"{"a":"5","b":"6"}"# + "\n" : ""
    #expect(rig.written("x.ndjson") == taken + gained)
  }

  @Test("Behind a line end that came late the file is known again", arguments: ["\n", "\r\n"])
  func lateLineEndThenMore(_ lineEnd: String) async throws {
    let rig = try IngestRig()
    try rig.put("a\(lineEnd)1", in: "x.csv")
    _ = try await rig.run(["--final"])
    var expected = "{\"a\":\"1\"}\n"
    for more in [lineEnd, "2\(lineEnd)", "3\(lineEnd)"] {
      try rig.append(more, to: "x.csv")
      let outcome = try await rig.run()
      #expect(outcome.code == .done, "\(outcome.messages)")
      if more != lineEnd { expected += "{\"a\":\"\(more.prefix(1))\"}\n" }
      #expect(rig.written("x.ndjson") == expected)
    }
  }

  @Test("A malformed row stops its file with line and column; the other files go on")
  func malformed() async throws {
    let rig = try IngestRig()
    try rig.put("a,b\n1,2\n3,4,5\n6,7\n", in: "x.csv")
    try rig.put("a\n1\n", in: "y.csv")
    for _ in 0..<2 {
      let outcome = try await rig.run(["--concurrency", "1"])
      #expect(outcome.code == .failed)
      #expect(outcome.messages.contains("x.csv:3:5: the row has more than the 2 fields"))
      #expect(rig.written("x.ndjson") == #"{"a":"1","b":"2"}"# + "\n")
      #expect(rig.written("y.ndjson") == #"{"a":"1"}"# + "\n")
    }
    let outcome = try await rig.run(["--skip-malformed"])
    #expect(outcome.code == .done)
    #expect(outcome.output.contains("1 malformed row skipped\n"))
    #expect(outcome.messages.contains("skipped \(rig.input)/x.csv:3:5:"))
    #expect(rig.written("x.ndjson") == #"{"a":"1","b":"2"}"# + "\n" + #"{"a":"6","b":"7"}"# + "\n")
    #expect(try await rig.state(of: "x")["skipped"] == 1)
  }

  @Test("What an output has beyond the state is cut; one that lacks something is refused")
  func output() async throws {
    let rig = try IngestRig()
    try rig.put("a\n1\n", in: "x.csv")
    _ = try await rig.run()
    let whole = try #require(rig.written("x.ndjson"))
    try rig.setOutput("x.ndjson", to: whole + "{\"a\":\"tor")
    #expect(try await rig.run().code == .done)
    #expect(rig.written("x.ndjson") == whole)

    try rig.setOutput("x.ndjson", to: String(whole.dropLast()))
    let outcome = try await rig.run()
    #expect(outcome.code == .failed)
    #expect(outcome.messages.contains("x.ndjson has 9 bytes, but 10 were written and committed"))
  }

  @Test("An output that the state knows nothing of is left alone")
  func foreignOutput() async throws {
    let rig = try IngestRig()
    _ = try await rig.run()
    try rig.setOutput("x.ndjson", to: "precious")
    try rig.put("a\n1\n", in: "x.csv")
    let outcome = try await rig.run()
    #expect(outcome.code == .failed)
    #expect(outcome.messages.contains("the state knows nothing of it"))
    #expect(rig.written("x.ndjson") == "precious")
  }

  @Test("Files without the suffix, and hidden ones, are no streams")
  func otherFiles() async throws {
    let rig = try IngestRig()
    for name in ["x.txt", ".hidden.csv", ".csv", "README"] { try rig.put("a\n1\n", in: name) }
    let outcome = try await rig.run()
    #expect(outcome.code == .done)
    #expect(outcome.output == "there are no *.csv files\n")
  }

  @Test("A missing input directory is an error that names it; quiet runs print errors only")
  func missingInput() async throws {
    let rig = try IngestRig()
    let outcome = try await rig.run(["--quiet"], input: "/no/such/place")
    #expect(outcome.code == .failed)
    #expect(outcome.messages.contains("/no/such/place"))
    #expect(throws: IOFailure.self, "a mistyped path leaves nothing behind") {
      try rig.files.openDirectory(rig.output, creating: false)
    }
    try rig.put("a\n1\n", in: "x.csv")
    let quiet = try await rig.run(["--quiet"])
    #expect(quiet.code == .done)
    #expect(quiet.output + quiet.messages == "")
  }
}
