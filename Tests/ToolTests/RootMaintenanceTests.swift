import Foundation
import Testing

@Suite(
  "Maintenance by root locks nobody out of their store", .enabled(if: geteuid() == 0))
struct RootMaintenanceTests {
  @Test("Whatever root's commands leave in somebody's store belongs to them")
  func owners() throws {
    let bench = try JournalToolBench()
    try bench.fill()
    let owner = ["/bin/chown", "-R", "65534:65534", bench.directory]
    #expect(try bench.run(owner).code == 0)
    let before = Set(try bench.names())
    for (verb, words) in [
      ("set", ["orders/lines", "--path", "last_id", "1"]), ("label", ["noted"]),
      ("snapshot create", ["-y"]), ("compact", ["-y"]), ("rewind", ["--to", "1", "-y"]),
      ("set", ["orders/lines", "--path", "last_id", "2"]),
    ] {
      let command =
        [JournalToolBench.tool] + verb.split(separator: " ").map(String.init) + [bench.store]
        + words
      let outcome = try bench.run(command)
      #expect(outcome.code == 0, "\(command): \(outcome)")
    }
    let copied = try bench.run("backup", bench.store, bench.directory + "/copy")
    #expect(copied.code == 0, "\(copied)")
    #expect(Set(try bench.names()) != before, "nothing new was made")
    for place in [bench.store, bench.directory + "/copy"] {
      let found = try bench.run(["/usr/bin/find", place, "!", "-uid", "65534"])
      #expect(found.code == 0 && found.output.isEmpty, "\(found)")
    }
    #expect(try !bench.run("doctor", bench.store, "--no-write").output.contains("owner than"))
  }
}
