import StateJournal
import Testing

@Suite("A full disk is told before it is made fuller", .enabled(if: SmallDisk.isAvailable))
struct FullDiskTests {
  private static let copies = [
    "replay state --into new", "backup state new", "restore state new", "restore state new --at 9",
    "rewind state --to 9 -o new",
  ]

  @Test(
    "What copies, rewinds, archives, draws or edits a store gives up with 10 and leaves no file",
    arguments: copies + [
      "rewind state --to 9 -y", "bundle state -o b.tar", "bundle state -o b.tar --files",
      "map state --html page.html", "edit state orders/s1",
    ])
  func leavesNothing(command: String) throws {
    let outcome = try run(
      "export TMPDIR=. EDITOR=true; find . -type f ! -name LOCK >../before;"
        + " journal-tool \(command); code=$?;"
        + " find . -type f ! -name LOCK >../after; cmp ../before ../after &&"
        + " journal-tool verify state --strict >&2 && exit $code")
    #expect(outcome.code == 10, "\(outcome.output)\(outcome.messages)")
    #expect(outcome.messages.contains("next: df -h"), "\(outcome.messages)")
  }

  @Test("A page that is there stays until the new one is whole")
  func keepsPage() throws {
    let bench = try JournalToolBench()
    try bench.fill(400)
    let outcome = try SmallDisk.run(
      bench,
      "truncate -s 300k ballast; echo old >page.html; dd if=/dev/zero of=more bs=1k 2>/dev/null;"
        + " journal-tool map state --html page.html; code=$?; cat page.html; exit $code")
    #expect(outcome.code == 10 && outcome.output == "old\n", "\(outcome)")
  }

  /// What a script gives on a disk that a store has filled.
  private func run(_ script: String) throws -> JournalToolBench.Outcome {
    let bench = try JournalToolBench()
    try bench.fill(400, compactingAt: [200])
    return try SmallDisk.run(bench, script)
  }
}
