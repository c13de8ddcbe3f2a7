import Foundation
import JournalEngine
import StateJournal
import Testing

@testable import journal_tool

@Suite("journal-tool bundle tells what is wrong and no secrets")
struct JournalToolBundleTests {
  /// Words that are in names, values, paths and files that do not belong there.
  private static let secrets = [
    "sekritsource", "sekritstream", "sekritvalue", "sekritother", "sekritdir", "sekritfile",
  ]

  private func store() throws -> (bench: JournalToolBench, path: String) {
    let bench = try JournalToolBench()
    let path = bench.directory + "/sekritdir"
    let storage = try JournalStateStorage.open(path, options: JournalToolBench.options)
    for number in 0..<30 {
      try storage.update(
        .stream("sekritstream\(number % 5)", of: "sekritsource"),
        to: ["token": .string("sekritvalue\(number)")])
      if number == 10 { try storage.compact(full: true) }
    }
    try storage.update(.others("sekritother", of: "sekritsource"), to: ["token": "sekritvalue"])
    try storage.close()
    // Damage, so that keys are at risk and ranges of keys are named.
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    for name in names where name.hasSuffix(".snapshot") || name.hasSuffix(".journal") {
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
      // In a segment, in the last commit before the note that the session was closed.
      bytes[name.hasSuffix(".journal") ? bytes.count - 45 : bytes.count / 2] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path + "/" + name))
    }
    try "x".write(toFile: path + "/sekritfile.txt", atomically: true, encoding: .utf8)
    return (bench, path)
  }

  @Test("Redacted, not one of the planted secrets is in it, and what is wrong still is")
  func redacted() throws {
    let (bench, path) = try store()
    let archive = bench.directory + "/report.tar"
    let outcome = try bench.run("bundle", path, "-o", archive, "--redact")
    #expect(outcome.code == 0, "\(outcome.messages)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: archive))
    for secret in Self.secrets {
      #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret)")
      // Nor as hexadecimal digits.
      let hexadecimal = Hexadecimal.text(Array(secret.utf8))
      #expect(bytes.range(of: Data(hexadecimal.utf8)) == nil, "\(secret)")
    }
    #expect(bytes.range(of: Data("damaged record".utf8)) != nil)
    #expect(bytes.range(of: Data("\"source\":\"#".utf8)) != nil)
    // The same names have the same hashes the next time.
    let again = bench.directory + "/again.tar"
    #expect(try bench.run("bundle", path, "-o", again, "--redact").code == 0)
    #expect(
      try member("verify.ndjson", of: archive, bench) == member("verify.ndjson", of: again, bench))
  }

  @Test("What is planted is found where nothing is redacted: the search can fail")
  func plain() throws {
    let (bench, path) = try store()
    let archive = bench.directory + "/all.tar"
    #expect(try bench.run("bundle", path, "-o", archive, "--files", "--json").code == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: archive))
    for secret in Self.secrets { #expect(bytes.range(of: Data(secret.utf8)) != nil, "\(secret)") }
    #expect(try bench.run("bundle", path, "-o", archive, "--files", "--redact").code == 2)
    #expect(try bench.run("bundle", path).code == 2)
  }

  @Test(
    "Any tar reads it, and the files in it are those of the store",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tar")))
  func readByTar() throws {
    let (bench, path) = try store()
    let archive = bench.directory + "/all.tar"
    #expect(try bench.run("bundle", path, "-o", archive, "--files").code == 0)
    let listing = try bench.run(["/usr/bin/tar", "tf", archive])
    #expect(listing.code == 0)
    let names = listing.output.split(separator: "\n").map(String.init)
    #expect(names.prefix(4) == ["about.json", "layout.ndjson", "status.json", "verify.ndjson"])
    #expect(try bench.run(["/usr/bin/tar", "xf", archive, "-C", bench.directory]).code == 0)
    for name in names where name.hasPrefix("files/") {
      let copy = try Data(contentsOf: URL(fileURLWithPath: bench.directory + "/" + name))
      let original = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name.dropFirst(6)))
      #expect(copy == original, "\(name)")
    }
  }

  private func member(
    _ name: String, of archive: String, _ bench: JournalToolBench
  ) throws -> String {
    try bench.run(["/usr/bin/tar", "xOf", archive, name]).output
  }
}

extension JournalToolBundleTests {
  @Test("Of a store of a newer release the layout and the headers are in it, and a word of why")
  func newerStore() throws {
    let bench = try JournalToolBench()
    try bench.fill(compactingAt: [9])
    try bench.makeNewer()
    let before = try bench.image()
    let archive = bench.directory + "/report.tar"
    let outcome = try bench.run("bundle", bench.store, "-o", archive)
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.messages.contains("format version 2"))
    let layout = try member("layout.ndjson", of: archive, bench)
    for name in try bench.names() where name != "LOCK" { #expect(layout.contains(name)) }
    #expect(try member("verify.ndjson", of: archive, bench).contains("format version 2"))
    let segment = try #require(try bench.names(".journal").last)
    let members = try bench.run(["/usr/bin/tar", "tf", archive]).output
    #expect(members.contains("headers/" + segment))
    #expect(try bench.image() == before)
  }
}

extension JournalToolBundleTests {
  @Test("Nothing beside the archive is touched, and what is no file does not become one")
  func foreignFiles() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let place = try bench.makeDirectory("place")
    let archive = place + "/report.tar"
    let target = bench.directory + "/target"
    func bundle(to path: String) throws -> JournalToolBench.Outcome {
      try bench.run("bundle", bench.store, "-o", path)
    }
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: place).sorted()
    }
    try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
    try FileManager.default.createSymbolicLink(
      atPath: archive + ".tmp", withDestinationPath: target)
    #expect(try bundle(to: archive).code == 0)
    try FileManager.default.removeItem(atPath: archive + ".tmp")
    try Data("mine".utf8).write(to: URL(fileURLWithPath: archive + ".tmp"))
    #expect(try bundle(to: archive).code == 0)
    for path in [target, archive + ".tmp"] {
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    }
    let mode = try FileManager.default.attributesOfItem(atPath: archive)[.posixPermissions]
    #expect(mode as? Int == 0o600)
    // A link stays one, and leads to the archive.
    let link = place + "/link.tar"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../linked.tar")
    for _ in 0..<2 {
      #expect(try bundle(to: link).code == 0)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "../linked.tar")
    }
    #expect(try !Data(contentsOf: URL(fileURLWithPath: bench.directory + "/linked.tar")).isEmpty)
    let pipe = place + "/pipe"
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    let refused = try bundle(to: pipe)
    #expect(refused.code == 1 && refused.messages.contains("no regular file"), "\(refused)")
    #expect(try bench.shell(refused.next).code == 0)
    #expect(try bundle(to: place + "/none/").code == 8)
    #expect(try bundle(to: "-").code == 2)
    #expect(try names() == ["link.tar", "pipe", "report.tar", "report.tar.tmp"])
  }
}
