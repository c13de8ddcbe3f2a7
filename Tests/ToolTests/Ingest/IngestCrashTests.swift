import StateJournal
import Testing

@testable import DataSources
@testable import ingest

@Suite("ingest: crashes", .timeLimit(.minutes(30)))
struct IngestCrashTests {
  enum Death: CaseIterable, Sendable { case kill, powerCut }

  /// Two files of several payloads each, with rows that span lines and payloads.
  private static let inputs: [(name: String, text: String)] = ["a", "b"].map { name in
    let rows = (0..<300).map { "\($0),\"row \($0)\nof \(name)\",\"\"\"\"\r\n" }
    return (name, "number,text,quote\r\n" + rows.joined())
  }

  private func makeRig() throws -> IngestRig {
    let rig = try IngestRig()
    for (name, text) in Self.inputs { try rig.put(text, in: "\(name).csv") }
    return rig
  }

  private func outputs(of rig: IngestRig) -> [String?] {
    Self.inputs.map { rig.written("\($0.name).ndjson") }
  }

  @Test("Small bites and big ones give the same bytes")
  func bites() async throws {
    let (small, big) = (try makeRig(), try makeRig())
    #expect(try await small.run(smallBites: true).code == .done)
    #expect(try await big.run().code == .done)
    #expect(outputs(of: small) == outputs(of: big))
    #expect(outputs(of: small).allSatisfy { $0?.utf8.count { $0 == UInt8(ascii: "\n") } == 300 })
  }

  @Test(
    "Killed at any operation, and again on the way back, the output ends up byte for byte the same",
    arguments: Death.allCases)
  func everyOperation(_ death: Death) async throws {
    let whole = try makeRig()
    whole.files.killSwitch.revive()
    #expect(try await whole.run(smallBites: true).code == .done)
    let operationCount = whole.files.killSwitch.count
    #expect(operationCount > 30)
    #expect(whole.earlyCommits == [])
    let expected = outputs(of: whole)

    for first in 0..<operationCount {
      let rig = try makeRig()
      for last in [first, first / 2 + 1] {
        rig.files.killSwitch.kill(after: last)
        _ = try await rig.run(smallBites: true)
        rig.files.killSwitch.revive()
        if death == .powerCut { try rig.cutPower() }
      }
      let outcome = try await rig.run(smallBites: true)
      #expect(outcome.code == .done, "killed after \(first): \(outcome.messages)")
      #expect(outputs(of: rig) == expected, "killed after \(first)")
      #expect(rig.earlyCommits == [], "killed after \(first)")
    }
  }

  @Test("A row that is longer than the window is read as a whole")
  func longRow() async throws {
    let rig = try IngestRig()
    let long = String(repeating: "0123456789\n", count: 3000)
    try rig.put("a,b\n1,\"\(long)\"\n2,3\n", in: "x.csv")
    #expect(try await rig.run(smallBites: true).code == .done)
    let text = try #require(rig.written("x.ndjson"))
    let escaped = long.split(separator: "\n").joined(separator: "\\n") + "\\n"
    #expect(text == "{\"a\":\"1\",\"b\":\"\(escaped)\"}\n" + #"{"a":"2","b":"3"}"# + "\n")
  }
}
