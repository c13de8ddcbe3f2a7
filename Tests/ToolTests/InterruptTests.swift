import Foundation
import StateJournal
import Testing

@Suite("Ctrl-C stops journal-tool at once and harms nothing")
struct InterruptTests {
  /// Sends SIGINT to a verb as soon as `hasBegun` says that its work is under way.
  ///
  /// - Returns: how it ended, also where it was done before anybody could look, and what it said.
  private func interrupt(
    _ words: [String], environment: [String: String] = [:], when hasBegun: () -> Bool
  ) throws -> (code: Int32, messages: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: JournalToolBench.tool)
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let messages = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = messages
    process.standardInput = FileHandle.nullDevice
    try process.run()
    while process.isRunning, !hasBegun() { sched_yield() }
    process.interrupt()
    process.waitUntilExit()
    return (
      process.terminationReason == .exit ? process.terminationStatus : -1,
      String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    )
  }

  private func store(of count: Int = 4000) throws -> JournalToolBench {
    let bench = try JournalToolBench()
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let text = StateValue.string(String(repeating: "x", count: 1000))
    for number in 0..<count {
      try storage.update(.stream("s\(number)", of: "orders"), to: ["text": text])
    }
    try storage.close()
    return bench
  }

  private func exists(_ path: String, where isMeant: (String) -> Bool) -> Bool {
    ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).contains(where: isMeant)
  }

  @Test(
    "Interrupted in its midst, what writes leaves the state, and its next run what it should",
    arguments: ["compact", "rewind", "backup", "restore", "bundle", "repair"])
  func writing(verb: String) throws {
    // Each time there is twice as much to do.
    for attempt in 0..<6 where try interrupted(verb, count: 4000 << attempt) { return }
    Issue.record("six times it was done before anybody could look")
  }

  /// Whether the verb was stopped before it was done. Whichever of the two was faster, all is well.
  private func interrupted(_ verb: String, count: Int) throws -> Bool {
    let bench = try store(of: count)
    let target = bench.directory + "/new"
    let words =
      switch verb {
      case "compact": ["compact", bench.store, "-y"]
      case "rewind": ["rewind", bench.store, "--to", "\(count + 1)", "-y"]
      case "repair": ["repair", bench.store, "--mode", "drop-damaged", "-y"]
      case "bundle": ["bundle", bench.store, "-o", target, "--files"]
      case "backup": ["backup", bench.store, target, "-i"]
      default: ["restore", bench.store, target]
      }
    if verb == "repair" {
      let place = try bench.place(ofCommit: 2000)
      try bench.change(place.file) { $0[place.range.lowerBound + 40] ^= 1 }
    }
    let state = try bench.run("replay", bench.store, "--at", "1999").output
    let (code, messages) = try interrupt(words) {
      exists(bench.directory) { $0.hasSuffix(".tmp") || $0.contains("quarantine/") }
    }
    #expect(code == 130 || code == 0)
    if code == 130 { #expect(messages.hasSuffix("interrupted; the state is safe, try again\n")) }
    if verb == "bundle" {
      #expect(!exists(bench.directory) { $0.hasSuffix(".tmp") })
    }
    // Once files have their names, they are never written over.
    if verb == "restore", exists(target, where: { $0.hasSuffix(".journal") }), code == 130 {
      try FileManager.default.removeItem(atPath: target)
    }
    // The state is what it was, or what the verb makes of it.
    if verb != "rewind" || code == 130, verb != "compact" || code == 130, verb != "repair" {
      #expect(try bench.run("replay", bench.store, "--at", "1999").output == state)
    }
    let again = try bench.run([JournalToolBench.tool] + words)
    #expect(again.code == 0 || code == 0, "\(again.messages)")
    #expect(try bench.run("verify", bench.store, "--strict").code == 0)
    #expect(!exists(bench.directory) { $0.hasSuffix(".tmp") && !$0.contains("quarantine/") })
    return code == 130
  }

  @Test("Interrupted while it measures, doctor leaves no file")
  func doctor() throws {
    let bench = try store(of: 10)
    for _ in 0..<100 {
      let (code, _) = try interrupt(["doctor", bench.store]) {
        exists(bench.store) { $0.hasPrefix(".journal-tool-doctor-") }
      }
      #expect(!exists(bench.store) { $0.hasSuffix(".tmp") })
      if code == 130 { return }
    }
    Issue.record("a hundred times it was done before anybody could look")
  }

  @Test(
    "Interrupted in its commit, a change says that the state tells whether it was made",
    arguments: ["set", "edit"])
  func committing(verb: String) throws {
    let new = "{\"text\":\"\(String(repeating: "x", count: 8 << 20))\"}"
    for _ in 0..<40 {
      let bench = try JournalToolBench()
      try bench.fill(1)
      let segment = try bench.store + "/" + #require(bench.names(".journal").last)
      let text = bench.directory + "/text"
      try new.write(toFile: text, atomically: false, encoding: .utf8)
      let words = [verb, bench.store, "orders/s0"] + (verb == "set" ? [text] : [])
      let (code, messages) = try interrupt(
        words,
        environment: ["VISUAL": "", "EDITOR": "cp \(text)", "TMPDIR": bench.directory]
      ) {
        var facts = stat()
        return unsafe stat(segment, &facts) == 0 && facts.st_size > new.utf8.count
      }
      let state = try bench.run("get", bench.store, "orders/s0").output
      let isWhole = state == new + "\n" || state == "{\"last_id\":0}\n"
      #expect(isWhole)
      #expect(try bench.run("verify", bench.store, "--strict").code == 0)
      // The commit was made before the signal came.
      if code == 0 || messages.hasSuffix("do not make it again\n") { continue }
      let draft = try FileManager.default.contentsOfDirectory(atPath: bench.directory)
        .first { $0.hasPrefix("journal-tool-") }
      let place = draft.map { "; your text is in \(bench.directory)/\($0)" } ?? ""
      #expect((draft != nil) == (verb == "edit"))
      #expect(code == 130)
      #expect(
        messages.hasSuffix(
          "interrupted while the change was committed; the state says whether it was\(place)\n"
            + "  next: journal-tool history \(bench.store) orders/s0\n"),
        "\(messages)")
      return
    }
    Issue.record("forty commits were over before anybody could look")
  }

  @Test("Interrupted behind its commit, a change says not to make it again")
  func committed() throws {
    for number in 0..<20 {
      let bench = try JournalToolBench()
      // A log so long that it is compacted on the way out.
      let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
      let text = StateValue.string(String(repeating: "x", count: 8000))
      for number in 0..<4000 {
        try storage.update(.stream("s\(number)", of: "orders"), to: ["text": text])
      }
      try storage.close()
      let (code, messages) = try interrupt(
        ["set", bench.store, "orders/new", "--path", "n", "\(number)"]
      ) { exists(bench.store) { $0.hasSuffix(".tmp") } }
      // What was committed is there, whichever of the two was faster.
      #expect(try bench.run("get", bench.store, "orders/new").output == "{\"n\":\(number)}\n")
      #expect(try bench.run("verify", bench.store, "--strict").code == 0)
      guard code == 130 else { continue }
      #expect(
        messages.hasSuffix("interrupted; the change is committed, do not make it again\n"),
        "\(messages)")
      return
    }
    Issue.record("twenty compactions were over before anybody could look")
  }

  @Test(
    "What prints ends with 130, also while nobody reads what it prints",
    arguments: [["dump"], ["replay"], ["export"], ["list"], ["map", "--html", "-"]])
  func printing(words: [String]) throws {
    let bench = try store()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: JournalToolBench.tool)
    process.arguments = [words[0], bench.store] + words.dropFirst()
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Its first byte is out, and more than a pipe holds is to come.
    _ = try pipe.fileHandleForReading.read(upToCount: 1)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
  }

  @Test(
    "What goes on until it is interrupted has then done what it should, and says nothing",
    arguments: [["status", "--watch"], ["dump", "--follow"], ["backup", "copy", "--follow"]])
  func following(words: [String]) throws {
    let bench = try store(of: 3)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: JournalToolBench.tool)
    process.arguments = [words[0], bench.store] + words.dropFirst()
    process.currentDirectoryURL = URL(fileURLWithPath: bench.directory)
    let (output, messages) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = messages
    try process.run()
    // Its first byte is out.
    _ = try output.fileHandleForReading.read(upToCount: 1)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try messages.fileHandleForReading.readToEnd() ?? Data() == Data())
  }

  @Test("A label waits for the job that has the store, and gives up with 7 after its time")
  func labelWaits() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let storage = try JournalStateStorage.open(bench.store)
    #expect(try bench.run("label", bench.store, "soon", "--wait", "0").code == 7)
    let impatient = try bench.run("label", bench.store, "soon", "--wait", "1")
    #expect(impatient.code == 7 && impatient.messages.contains("waiting for up to 1 s"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: JournalToolBench.tool)
    process.arguments = ["label", bench.store, "then", "--wait", "600"]
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    var told = Data()
    let messages = pipe.fileHandleForReading
    while !told.contains(UInt8(ascii: "\n")), let more = try messages.read(upToCount: 1) {
      told += more
    }
    #expect(String(decoding: told, as: UTF8.self).contains("waiting for up to 600 s"))
    try storage.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try bench.run("label", bench.store).output.contains("then"))
  }
}
