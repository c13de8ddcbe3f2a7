import Foundation
import StateJournal
import Testing

@Suite("A page is made or replaced as a whole, and nothing beside it is touched")
struct OutputFileTests {
  private let bench: JournalToolBench
  private let place: String
  private var page: String { place + "/page.html" }

  init() throws {
    bench = try JournalToolBench()
    try bench.fill(3)
    place = try bench.makeDirectory("place")
  }

  private func map(to page: String) throws -> JournalToolBench.Outcome {
    // A page that waits for a pipe would wait for ever.
    try bench.run([
      "/usr/bin/env", "timeout", "120", JournalToolBench.tool, "map", bench.store, "--html", page,
    ])
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  private func isPage(_ path: String) throws -> Bool {
    let text = try text(path)
    return text.hasPrefix("<!doctype html>") && text.hasSuffix("</html>\n")
  }

  private func mode(_ path: String) throws -> Int {
    try #require(
      FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place).sorted()
  }

  @Test("A foreign file beside the page stays as it is: a file, a link, a pipe")
  func foreignFiles() throws {
    let beside = page + ".tmp"
    try "mine".write(toFile: beside, atomically: false, encoding: .utf8)
    #expect(try map(to: page).code == 0)
    #expect(try text(beside) == "mine")
    try FileManager.default.removeItem(atPath: beside)
    let target = bench.directory + "/target"
    try "mine".write(toFile: target, atomically: false, encoding: .utf8)
    try FileManager.default.createSymbolicLink(atPath: beside, withDestinationPath: target)
    #expect(try map(to: page).code == 0)
    #expect(try text(target) == "mine")
    try FileManager.default.removeItem(atPath: beside)
    #expect(unsafe mkfifo(beside, 0o600) == 0)
    let outcome = try map(to: page)
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try isPage(page))
    #expect(try names() == ["page.html", "page.html.tmp"])
  }

  @Test("A page that is replaced keeps its mode; a new one has what the umask leaves")
  func modes() throws {
    for (mask, mode) in [("077", 0o600), ("022", 0o644), ("002", 0o664)] {
      let page = place + "/" + mask
      let outcome = try bench.run([
        "/bin/sh", "-c",
        "umask \(mask); exec \(JournalToolBench.tool) map \(bench.store) --html \(page)",
      ])
      #expect(outcome.code == 0, "\(outcome)")
      #expect(try self.mode(page) == mode, "\(mask)")
    }
    for mode in [0o600, 0o640, 0o666] {
      try "old".write(toFile: page, atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: page)
      #expect(try map(to: page).code == 0)
      #expect(try isPage(page))
      #expect(try self.mode(page) == mode)
    }
  }

  @Test("A page has a name as long as names may be", arguments: [250, 252, 255])
  func longNames(byteCount: Int) throws {
    let page = place + "/" + String(repeating: "p", count: byteCount)
    let outcome = try map(to: page)
    #expect(outcome.code == 0, "\(outcome)")
    #expect(try isPage(page))
    #expect(try names().count == 1)
  }

  @Test("A link stays a link, and what it leads to is the page")
  func links() throws {
    let target = bench.directory + "/target.html"
    try FileManager.default.createSymbolicLink(atPath: page, withDestinationPath: target)
    for _ in 0..<2 {
      #expect(try map(to: page).code == 0)
      #expect(try isPage(target))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: page) == target)
    }
    // It is replaced as a whole there, too: whoever has the old one open reads that to its end.
    try "old".write(toFile: target, atomically: false, encoding: .utf8)
    let old = try #require(FileHandle(forReadingAtPath: target))
    #expect(try map(to: page).code == 0)
    #expect(try old.readToEnd() == Data("old".utf8))
    #expect(try isPage(target))
    #expect(try names() == ["page.html"])
  }

  @Test("A link that leads nowhere yet stays one, and what it leads to is made whole or not at all")
  func danglingLinks() throws {
    let target = bench.directory + "/target.html"
    let link = place + "/link.html"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../target.html")
    try FileManager.default.createSymbolicLink(atPath: page, withDestinationPath: "link.html")
    let full = try bench.run([
      "/bin/sh", "-c",
      "trap '' XFSZ; ulimit -f 4; exec \(JournalToolBench.tool) map \(bench.store) --html \(page)",
    ])
    #expect(full.code == 1 && full.messages.contains("too large"), "\(full)")
    #expect(!FileManager.default.fileExists(atPath: target))
    #expect(try map(to: page).code == 0)
    #expect(try isPage(target))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: page) == "link.html")
    #expect(try names() == ["link.html", "page.html"])
    // Where even the directory is missing that it leads into, that is the one to make.
    let nowhere = place + "/nowhere"
    try FileManager.default.createSymbolicLink(
      atPath: nowhere, withDestinationPath: bench.directory + "/no/page.html")
    let missing = try map(to: nowhere)
    #expect(missing.code == 3 && missing.next == "mkdir -p \(bench.directory)/no", "\(missing)")
    #expect(try bench.shell(missing.next).code == 0)
    #expect(try map(to: nowhere).code == 0)
  }

  @Test("A pipe and standard output take the page as it comes; a directory is refused")
  func others() throws {
    let tool = JournalToolBench.tool
    #expect(unsafe mkfifo(page, 0o600) == 0)
    let read = try bench.run([
      "/bin/sh", "-c", "cat \(page) & \(tool) map \(bench.store) --html \(page); wait",
    ])
    #expect(read.output.hasPrefix("<!doctype html>") && read.output.hasSuffix("</html>\n"))
    for path in ["/dev/stdout", "/dev/fd/1"] {
      let outcome = try bench.run([
        "/bin/sh", "-c", "echo first; \(tool) map \(bench.store) --html \(path); echo last",
      ])
      #expect(outcome.output.hasPrefix("first\n<!doctype html>"), "\(outcome)")
      #expect(outcome.output.hasSuffix("</html>\nlast\n"), "\(outcome)")
    }
    #expect(try map(to: "/dev/null").code == 0)
    let refused = try map(to: place)
    #expect(refused.code == 1 && refused.messages.contains("Is a directory"), "\(refused)")
    #expect(try bench.shell(refused.next).code == 0)
    #expect(try names() == ["page.html"])
  }
}
