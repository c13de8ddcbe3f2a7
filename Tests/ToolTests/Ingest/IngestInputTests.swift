import FileIO
import Foundation
import JournalFormat
import StateJournal
import Testing

@testable import DataSources
@testable import ingest

@Suite("ingest: inputs that are not what they were", .timeLimit(.minutes(30)))
struct IngestInputTests {
  /// How new content comes under an old name.
  enum Change: CaseIterable, Sendable {
    /// The file is opened and written over.
    case inPlace
    /// Another file is renamed to the name.
    case replacing

    func make(_ text: String, in rig: IngestRig) throws {
      switch self {
      case .inPlace: try rig.put(text, in: "x.csv")
      case .replacing: try rig.replace("x.csv", with: text)
      }
    }
  }

  private static let original = "number\n" + (0..<20_000).map { "\(1_000_000 + $0)\n" }.joined()

  private func expectRefusal(
    of text: String, _ change: Change, ingested: String, _ finding: String
  ) async throws {
    let rig = try IngestRig()
    try rig.put(ingested, in: "x.csv")
    #expect(try await rig.run().code == .done)
    let (output, state) = (rig.written("x.ndjson"), try await rig.state(of: "x"))
    try change.make(text, in: rig)
    let outcome = try await rig.run()
    #expect(outcome.code == .failed)
    #expect(outcome.messages.contains("\(rig.input)/x.csv \(finding)"), "\(outcome.messages)")
    #expect(
      outcome.messages.contains("run again: mv -n \(rig.input)/x.csv \(rig.input)/x-2.csv."))
    #expect(outcome.output == "1 file stopped by an error\n")
    #expect(rig.written("x.ndjson") == output)
    #expect(try await rig.state(of: "x") == state)
  }

  @Test(
    "One changed byte of what was ingested is noticed, wherever it is, at the same length or more",
    arguments: Change.allCases, ["", "1020000\n"])
  func changed(_ change: Change, growth: String) async throws {
    let count = Self.original.utf8.count
    for place in [0, 7, 65_533, 65_536, 70_001, count / 2, count - 5000, count - 2] {
      var bytes = Array(Self.original.utf8)
      bytes[place] ^= 0x01
      try await expectRefusal(
        of: String(decoding: bytes, as: UTF8.self) + growth, change, ingested: Self.original,
        change == .inPlace
          ? "was edited or written anew in place: it is the file that was ingested before, by device "
            + "and inode, but among its first 160,007 bytes some have changed. Nothing"
          : "is another file than the one that was ingested before under that name, by device or "
            + "inode, and its first 160,007 bytes are not the same. Nothing")
    }
  }

  @Test(
    "A file that is shorter than what was ingested is refused, down to an empty one",
    arguments: Change.allCases, ["", "a", "a\n1\n"])
  func shorter(_ change: Change, text: String) async throws {
    let plural = text.utf8.count == 1 ? "1 byte" : "\(text.utf8.count) bytes"
    try await expectRefusal(
      of: text, change, ingested: "a\n1\n2\n",
      change == .inPlace
        ? "has \(plural), but was ingested up to byte 6 before: it was cut or written anew in place. "
          + "Nothing"
        : "has \(plural), but another file was ingested before under that name, up to byte 6: it was "
          + "replaced by a shorter one. Nothing")
  }

  @Test(
    "The same content in another file goes on, says so once, and is known from then on",
    arguments: ["", "2\n"])
  func restored(_ growth: String) async throws {
    let rig = try IngestRig()
    try rig.put("a\n1\n", in: "x.csv")
    _ = try await rig.run()
    let before = try await rig.state(of: "x")
    try rig.replace("x.csv", with: "a\n1\n" + growth)
    let outcome = try await rig.run()
    #expect(outcome.code == .done)
    #expect(
      outcome.messages
        == "resuming x behind row 1 (byte 4)\n\(rig.input)/x.csv is another file than before, "
        + "restored or copied back perhaps; its first 4 bytes are the same, so it takes the place of "
        + "the former\n")
    #expect(
      outcome.output.hasPrefix(growth.isEmpty ? "nothing new in 1 file\n" : "x  1 row, 2 B\n"))
    #expect(
      rig.written("x.ndjson")
        == "{\"a\":\"1\"}\n" + (growth.isEmpty ? "" : "{\"a\":\"2\"}\n"))
    let after = try await rig.state(of: "x")
    #expect(after["file"] != before["file"])
    if growth.isEmpty {
      for member in ["offset", "line", "rows", "skipped", "crc32c", "unterminated", "sink"] {
        #expect(after[member] == before[member], "\(member)")
      }
    }
    let again = try await rig.run()
    #expect(!again.messages.contains("another file"))
    #expect(again.output == "nothing new in 1 file\n")
    #expect(try await rig.state(of: "x") == after)
  }

  @Test("A restored file whose last row was taken without a line end may get it, too")
  func restoredUnterminated() async throws {
    let rig = try IngestRig()
    try rig.put("a\n1", in: "x.csv")
    _ = try await rig.run(["--final"])
    try rig.replace("x.csv", with: "a\n1")
    #expect(try await rig.run().code == .done)
    #expect(try await rig.state(of: "x")["unterminated"] == true)
    try rig.append("\n2\n", to: "x.csv")
    #expect(try await rig.run().code == .done)
    #expect(rig.written("x.ndjson") == "{\"a\":\"1\"}\n{\"a\":\"2\"}\n")
    #expect(try await rig.state(of: "x")["unterminated"] == nil)
  }

  @Test("A header that --final took without a line end is whole in later runs")
  func finalHeader() async throws {
    let rig = try IngestRig()
    try rig.put("a,b", in: "x.csv")
    _ = try await rig.run(["--final"])
    #expect(try await rig.state(of: "x")["offset"] == 3)
    #expect(try await rig.run().output == "nothing new in 1 file\n")
    try rig.append("\n1,2\n", to: "x.csv")
    #expect(try await rig.run().code == .done)
    #expect(rig.written("x.ndjson") == #"{"a":"1","b":"2"}"# + "\n")
  }

  @Test("The checksum in the state is that of the whole prefix, in whatever bites it was read")
  func checksum() async throws {
    for smallBites in [true, false] {
      let rig = try IngestRig()
      try rig.put(Self.original + "12", in: "x.csv")
      for (flags, more) in [([], ""), (["--final"], ""), ([], "\r\n5\n\"6\n")] {
        try rig.append(more, to: "x.csv")
        #expect(try await rig.run(flags, smallBites: smallBites).code == .done)
        let state = try await rig.state(of: "x")
        let content = try Data(contentsOf: URL(fileURLWithPath: rig.input + "/x.csv"))
        let prefix = [UInt8](content.prefix(Int(try #require(state["offset"]?.int))))
        #expect(state["crc32c"] == .int(Int64(CRC32C.portableChecksum(prefix.span))))
      }
    }
  }

  @Test("A state without checksum and identity is refused: nothing would vouch for the file")
  func olderState() async throws {
    let rig = try IngestRig()
    try rig.put("a\n1\n", in: "x.csv")
    _ = try await rig.run()
    let state = try await rig.state(of: "x")
    let wrong: [(String, StateValue?)] = [
      ("crc32c", nil), ("crc32c", -1), ("crc32c", 0x1_0000_0000), ("crc32c", "00000000"),
      ("file", nil), ("file", ["device": 1]),
    ]
    for (member, value) in wrong {
      var broken = state
      broken[member] = value
      try await rig.setState(of: "x", to: broken)
      let outcome = try await rig.run()
      #expect(outcome.code == .failed)
      #expect(
        outcome.messages.contains(
          "the state of \(rig.input)/x.csv does not say by what to know the file again"))
      #expect(try await rig.state(of: "x") == broken)
      #expect(rig.written("x.ndjson") == "{\"a\":\"1\"}\n")
    }
  }

  @Test("On a terminal, a long check shows how far it is; nowhere else does it say anything")
  func progress() async throws {
    let rig = try IngestRig()
    let count = 2 * FileReadingOptions().checkByteCount / Self.original.utf8.count
    try rig.put(String(repeating: Self.original, count: count + 1), in: "x.csv")
    _ = try await rig.run()
    let shown = try await rig.run(onTerminal: true)
    #expect(shown.messages.contains("checking what was ingested before  "), "\(shown.messages)")
    #expect(shown.messages.contains("1.0 MB of 2.2 MB"), "\(shown.messages)")
    #expect(try await !rig.run().messages.contains("checking"))
    #expect(try await rig.run(["--quiet"], onTerminal: true).messages == "")
  }

  @Test("A check ends soon after the run is cancelled")
  func cancelledCheck() async throws {
    let rig = try IngestRig()
    try rig.put(Self.original, in: "x.csv")
    let file = try POSIXFileSystem().openDirectory(rig.input, creating: false)
      .openFile("x.csv", .read)
    let identity = try file.identity()
    let bytes = Array(Self.original.utf8)
    let position = FilePosition(
      offset: Int64(bytes.count), line: 1, rowCount: 0, skippedRowCount: 0,
      endsUnterminated: false, checksum: CRC32C.checksum(bytes.span), identity: identity)
    for cancels in [false, true] {
      let notices = IngestNotices()
      var options = FileReadingOptions()
      options.checkByteCount = 10_000
      let check = FilePrefixCheck(
        file: file, name: "x.csv", identity: identity, position: position, options: options,
        report: { notice in
          notices.add(notice)
          if cancels { unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() } }
        })
      let isWhole = await Task { (try? await check.run()) != nil }.value
      #expect(isWhole == !cancels)
      #expect(notices.count == (cancels ? 1 : 17))
    }
  }

  @Test("A symbolic link is refused with a command that helps")
  func symbolicLink() async throws {
    let rig = try IngestRig()
    try rig.put("a\n1\n", in: "x.txt")
    try rig.link("it's x.csv", to: "x.txt")
    let outcome = try await rig.run()
    #expect(outcome.code == .failed)
    let word = "'\(rig.input)/it'\\''s x.csv'"
    #expect(
      outcome.messages.contains("(ln -f \"$(readlink -f \(word))\" \(word))"), "\(outcome.messages)"
    )
    try FileManager.default.removeItem(atPath: rig.input + "/it's x.csv")
    try FileManager.default.linkItem(atPath: rig.input + "/x.txt", toPath: rig.input + "/y.csv")
    #expect(try await rig.run().code == .done)
    #expect(rig.written("y.ndjson") == "{\"a\":\"1\"}\n")
  }

  @Test("Names that are not UTF-8 are counted")
  func undecodableNames() async throws {
    let rig = try IngestRig()
    try rig.put("a\n1\n", in: "x.csv")
    let name = Array(rig.input.utf8) + [UInt8(ascii: "/"), 0xFF] + Array(".csv".utf8) + [0]
    let number = unsafe name.withUnsafeBytes { bytes in
      unsafe bytes.baseAddress.map {
        unsafe open($0.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o600)
      } ?? -1
    }
    // Some file systems refuse to create such a name.
    guard number >= 0 else { return }
    #expect(close(number) == 0)
    let outcome = try await rig.run()
    #expect(outcome.code == .done)
    #expect(
      outcome.output.hasSuffix(
        "\n1 name in \(rig.input) left out, not being UTF-8; to see and rename: ls -b \(rig.input)\n"
      ), "\(outcome.output)")
    #expect(rig.written("x.ndjson") == "{\"a\":\"1\"}\n")
  }
}
