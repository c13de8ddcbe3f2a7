import StateJournal
import Testing

@Suite("A full disk is told before it is made fuller", .enabled(if: SmallDisk.isAvailable))
struct FullDiskTests {
  @Test(
    "What copies, rewinds or archives a store gives up with 10 and leaves no file",
    arguments: [
      "rewind state --to 9 -y", "replay state --into then", "backup state copy",
      "restore state new", "restore state new --at 9", "bundle state -o b.tar",
      "bundle state -o b.tar --files",
    ])
  func leavesNothing(command: String) throws {
    let bench = try JournalToolBench()
    try bench.fill(400, compactingAt: [200])
    let outcome = try SmallDisk.run(
      bench,
      "find . -type f ! -name LOCK >../before; journal-tool \(command); code=$?;"
        + " find . -type f ! -name LOCK >../after; cmp ../before ../after &&"
        + " journal-tool verify state --strict >&2 && exit $code")
    #expect(outcome.code == 10, "\(outcome.output)\(outcome.messages)")
    #expect(outcome.messages.contains("next: df -h"), "\(outcome.messages)")
  }
}
