import Foundation
import JournalEngine
import StateJournal
import Testing

@Suite(
  "journal-tool at a terminal",
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
struct JournalToolTerminalTests {
  /// Runs a command line at a pseudo-terminal; what appears there, both outputs together.
  private func atTerminal(
    _ bench: JournalToolBench, _ command: String, environment: String = "TERM=xterm"
  ) throws -> JournalToolBench.Outcome {
    try bench.run(
      [
        "/usr/bin/script", "-qec",
        "env -u NO_COLOR \(environment) \(JournalToolBench.tool) \(command)",
        "/dev/null",
      ])
  }

  @Test(
    "Colours appear at a terminal, unless NO_COLOR, a dumb terminal or --color says otherwise",
    arguments: ["status", "verify", "dump", "history", "diff", "stats", "map"])
  func colours(verb: String) throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let operand = verb == "history" ? " orders/s0" : verb == "diff" ? " 5" : ""
    let command = "\(verb) \(bench.store)\(operand)"
    #expect(try atTerminal(bench, command).output.contains("\u{1B}["))
    let plain = [
      try atTerminal(bench, command, environment: "TERM=xterm NO_COLOR=1"),
      try atTerminal(bench, command, environment: "TERM=dumb"),
      try atTerminal(bench, command + " --color never"),
    ]
    for outcome in plain {
      let colours = outcome.output.components(separatedBy: "\u{1B}[").dropFirst().filter {
        !$0.hasPrefix("K")
      }
      #expect(colours.isEmpty, "\(outcome.output)")
      #expect(outcome.code == 0)
    }
  }

  @Test("Somebody who forgot the file is told that the tool reads from the terminal")
  func reading() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let outcome = try atTerminal(bench, "set \(bench.store) orders/s0")
    #expect(outcome.output.contains("Ctrl-D ends it"), "\(outcome.output)")
  }

  @Test("Whoever answers with Ctrl-D agrees to nothing, and reads that on a line of its own")
  func noAnswer() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let outcome = try atTerminal(bench, "clear \(bench.store) orders/s0 --color never")
    #expect(outcome.code == 8, "\(outcome)")
    let lines = outcome.output.replacingOccurrences(of: "\r", with: "").split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("Remove it? [y/N] ") }, "\(outcome)")
    #expect(lines.contains("journal-tool: nothing was changed"), "\(outcome)")
    #expect(try bench.run("get", bench.store, "orders/s0").code == 0)
  }

  @Test("Stretches of a map without any source have a colour and a name of their own")
  func nobodys() throws {
    let bench = try JournalToolBench()
    try bench.fill(40)
    // The session that compacts leaves a segment with nothing but its notes.
    #expect(try bench.run("compact", bench.store, "-y").code == 0)
    let map = try bench.run("map", bench.store, "--color", "always").output
    #expect(map.contains("\u{1B}[38;5;240m░"), "\(map)")
    #expect(map.contains("no source: session notes, labels"))
    #expect(!map.contains("\u{1B}[38;5;245m░"))
    let page = try bench.run("map", bench.store, "--html", "-").output
    #expect(page.contains("&#10;no source: session notes, labels") && page.contains("--s:#c3c8d0"))
  }

  @Test(
    "What goes through a large state has a bar, of which nothing is left among the data",
    arguments: [["export"], ["replay"], ["list"], ["get", "orders"], ["dump", "--json"]])
  func bars(words: [String]) throws {
    let bench = try JournalToolBench()
    let command = "\(words[0]) \(bench.store) \(words.dropFirst().joined(separator: " "))"
    let file = bench.directory + "/data"
    // What takes but a moment has no bar, and what ends soon after the first one no time that is left; so
    // the state grows until it takes longer on this machine.
    var streamCount = 0
    var beside = ""
    while !beside.contains("\u{1B}[K\(words[0]) [") || !beside.contains(" left"), streamCount < 640
    {
      try fill(bench, from: streamCount, to: max(20, 2 * streamCount))
      streamCount = max(20, 2 * streamCount)
      beside = try atTerminal(bench, command + " --color never > \(file)").output
    }
    #expect(
      beside.contains("\u{1B}[K\(words[0]) ["), "\(streamCount) streams: \(beside.suffix(300))")
    #expect(beside.contains(" left"))
    let plain = try bench.run(
      [JournalToolBench.tool, words[0], bench.store] + words.dropFirst() + ["--color", "never"])
    #expect(try String(contentsOfFile: file, encoding: .utf8) == plain.output)
    // On one terminal, once each line has been drawn over, there is the data with the messages.
    let screen = try atTerminal(bench, command + " --color never").output
    var shown = ""
    for part in screen.replacingOccurrences(of: "\r\n", with: "\n").components(
      separatedBy: "\r\u{1B}[K")
    {
      shown = shown.lastIndex(of: "\n").map { String(shown[...$0]) } ?? ""
      shown += part
    }
    #expect(
      shown == plain.output + plain.messages || shown == plain.messages + plain.output,
      "\(shown.prefix(300))")
  }

  @Test(
    "A change that compacts a long log on its way out shows a bar for it, and leaves nothing of it")
  func closing() throws {
    let bench = try JournalToolBench()
    // What takes but a moment has no bar, so the log grows until it takes longer on this machine.
    var streamCount = 10_000
    var shown = ""
    while !shown.contains("\u{1B}[Kcompact ["), streamCount <= 160_000 {
      try fillSmall(bench, streamCount)
      streamCount *= 2
      shown = try atTerminal(
        bench, "set \(bench.store) orders/lines --path n \(streamCount) --color never"
      ).output
      #expect(shown.contains("committed "), "\(shown.suffix(200))")
    }
    #expect(shown.contains("\u{1B}[Kcompact ["), "\(streamCount) streams: \(shown.suffix(300))")
    #expect(shown.contains("\r\u{1B}[Kcommitted "), "\(shown.suffix(200))")
    #expect(try bench.names(".snapshot").count > 0)
  }

  /// Adds or changes streams of two kibibytes each.
  private func fillSmall(_ bench: JournalToolBench, _ count: Int) throws {
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let text = StateValue.string(String(repeating: "x", count: 2 << 10))
    for first in stride(from: 0, to: count, by: 1000) {
      try storage.apply(
        (first..<(first + 1000)).map {
          .update(.stream("s\($0)", of: "orders"), ["text": text, "of": .int(Int64(count))])
        })
    }
    try storage.close()
  }

  /// Adds streams of a mebibyte each.
  private func fill(_ bench: JournalToolBench, from first: Int, to end: Int) throws {
    let storage = try JournalStateStorage.open(bench.store, options: JournalToolBench.options)
    let text = StateValue.string(String(repeating: "x", count: 1 << 20))
    for number in first..<end {
      try storage.update(.stream("s\(number)", of: "orders"), to: ["text": text])
    }
    try storage.close()
  }

  @Test("A map is as wide as the terminal")
  func width() throws {
    let bench = try JournalToolBench()
    try bench.fill(200)
    let outcome = try bench.run(
      [
        "/usr/bin/script", "-qec",
        "stty cols 47; \(JournalToolBench.tool) map \(bench.store) --color never", "/dev/null",
      ])
    let bars = outcome.output.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("  ") }.map {
      $0.trimmingCharacters(in: .whitespacesAndNewlines).count
    }
    #expect(bars.max() == 45, "\(outcome.output)")
  }

  @Test("Watching draws anew until it is interrupted")
  func watch() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let tool = JournalToolBench.tool
    let json = try Self.interrupt(tool, ["status", bench.store, "--watch", "--json"]) {
      $0.components(separatedBy: "\"summary\"").count >= 3
    }
    #expect(json == 130)
    _ = try Self.interrupt(
      "/usr/bin/script",
      ["-qec", "exec env TERM=xterm \(tool) status \(bench.store) --watch", "/dev/null"]
    ) { $0.contains("\u{1B}[H\u{1B}[2J") }
  }

  /// Runs a program until its output is as wanted, then interrupts it; its exit status.
  private static func interrupt(
    _ program: String, _ arguments: [String], once isWanted: (String) -> Bool
  ) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = Pipe()
    process.standardInput = Pipe()
    try process.run()
    var text = ""
    while !isWanted(text) {
      let data = pipe.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    #expect(isWanted(text), "\(text)")
    process.interrupt()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
