import Foundation
import JournalEngine
import JournalFormat
import StateJournal
import Testing

@Suite("journal-tool says what undoing a repair takes back, and takes all of it back")
struct JournalToolUndoTests {
  /// A store with bytes behind its end that a cut has removed, and the bundle that keeps them.
  private struct CutStore {
    let bench: JournalToolBench
    /// What it was before.
    let before: [String: [UInt8]]
    let bundle: String
    let through: StateValue

    init() throws {
      bench = try JournalToolBench()
      try bench.fill()
      try bench.change(try #require(try bench.names(".journal").last)) { bytes in
        var choices = SplitMix(state: 5)
        for _ in 0..<5000 { bytes.append(UInt8(truncatingIfNeeded: choices.next())) }
      }
      before = try bench.image().filter { $0.key != "LOCK" }
      #expect(try bench.run("verify", bench.store).code == 0)
      let lines = try bench.run("repair", bench.store, "-y", "--json").lines()
      through = try #require(lines[0]["through_lsn"])
      bundle = try #require(try JournalRescue(bench.store).bundles().first)
    }

    func commit(_ number: Int) throws {
      #expect(try bench.run("set", bench.store, "x/y", "--path", "n", "\(number)").code == 0)
    }

    func plan() throws -> [String: StateValue] {
      try bench.run("repair", bench.store, "--undo", bundle, "-n", "--json").lines()[0]
    }
  }

  private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
  }

  @Test("A store that was sound is sound again, whatever was committed since: every byte is back")
  func everyByte() throws {
    let store = try CutStore()
    for number in 0..<3 { try store.commit(number) }
    let undo = try store.bench.run("repair", store.bench.store, "--undo", store.bundle, "-y")
    #expect(undo.code == 0, "\(undo)")
    let verify = try store.bench.run("verify", store.bench.store)
    #expect(verify.code == 0, "\(verify.output)")
    #expect(try store.bench.image().filter { $0.key != "LOCK" } == store.before)
  }

  @Test(
    "A bundle without a watermark that may have changed since is refused before anybody is asked")
  func keptWatermark() throws {
    let store = try CutStore()
    let list = "quarantine/\(store.bundle)/ORIGINALS"
    try store.bench.change(list) { bytes in
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropLast().map {
        $0.hasSuffix(" WATERMARK") ? "kept" + $0.dropFirst("copied".count) : String($0)
      }
      let text = lines.joined(separator: "\n") + "\n"
      let sum = CRC32C.checksum(Array(text.utf8).span)
      bytes = Array((text + "end \(String(sum, radix: 16))\n").utf8)
    }
    try store.commit(1)
    let image = try store.bench.image()
    for answer in ["-n", "-y"] {
      let undo = try store.bench.run("repair", store.bench.store, "--undo", store.bundle, answer)
      #expect(undo.code == 8 && undo.messages.contains("WATERMARK"), "\(undo)")
    }
    #expect(try store.bench.image() == image)
  }

  @Test("A repair of the watermark alone has nothing to take back once something was committed")
  func watermarkAlone() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    try bench.change("WATERMARK") { $0[0] ^= 1 }
    #expect(try bench.run("repair", bench.store, "-y").code == 0)
    let bundle = try #require(try JournalRescue(bench.store).bundles().first)
    #expect(try bench.run("repair", bench.store, "--undo", bundle, "-n").code == 0)
    #expect(try bench.run("set", bench.store, "x/y", "--path", "n", "1").code == 0)
    let undo = try bench.run("repair", bench.store, "--undo", bundle, "-y")
    #expect(undo.code == 8 && !undo.messages.contains("by hand"), "\(undo)")
    #expect(
      undo.messages.contains(
        "the repair replaced WATERMARK alone, which was damaged and holds no state: there is nothing"
          + " to take back"), "\(undo)")
    #expect(undo.next == "journal-tool verify \(bench.store)", "\(undo)")
    #expect(try bench.shell(undo.next).code == 0)
  }

  @Test("The plan names every commit made since and what it changed, also when it was compacted")
  func plan() throws {
    let store = try CutStore()
    let bench = store.bench
    let nothing = try store.plan()
    #expect(nothing["type"] == "plan" && nothing["undo"] == .string(store.bundle), "\(nothing)")
    #expect(nothing["through_lsn"] == store.through)
    #expect(nothing["lost"] == [] && nothing["streams"] == [])
    let empty = try bench.run("repair", bench.store, "--undo", store.bundle, "-n")
    #expect(empty.code == 0 && empty.output.contains("lose     no commit"), "\(empty)")
    for number in 0..<3 { try store.commit(number) }
    #expect(try bench.run("clear", bench.store, "x", "-y").code == 0)
    try store.commit(4)
    let through = try #require(store.through.int)
    for isCompacted in [false, true] {
      if isCompacted {
        #expect(try bench.run("compact", bench.store, "-y", "--keep", "0").code == 0)
      }
      let last = try #require(
        try bench.run("verify", bench.store, "--json").lines().last?["last_lsn"]?.int)
      let plan = try store.plan()
      #expect(plan["lost"] == [["lsn": .int(through + 1), "last_lsn": .int(last)]], "\(plan)")
      #expect(plan["streams"] == [["source": "x", "stream": "y"]], "\(plan)")
      #expect(plan["streams_unlisted"] == 0)
      #expect(plan["streams_unlisted_exact"] == .bool(!isCompacted), "\(plan)")
      let text = try bench.run("repair", bench.store, "--undo", store.bundle, "-n").output
      #expect(
        text.contains("lose     commits \(through + 1) to \(last), made since\nstreams  x/y"),
        "\(text)")
    }
  }

  @Test("Undoing a rewind names what was committed behind it")
  func rewound() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    #expect(try bench.run("rewind", bench.store, "--to", "20", "-y").code == 0)
    #expect(try bench.run("set", bench.store, "x/y", "--path", "n", "1").code == 0)
    let bundle = try #require(try JournalRescue(bench.store).bundles().first)
    let plan = try JournalRescue(bench.store).undoPlan(bundle)
    #expect(plan.addresses == [.stream("y", of: "x")])
    #expect(plan.sequence == LogSequenceNumber(32) && plan.lastSequence > plan.sequence)
  }
}
