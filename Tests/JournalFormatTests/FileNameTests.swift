import JournalFormat
import Testing

@Suite("Names are the manifest")
struct FileNameTests {
  @Test(
    "Each kind of name is built and parsed the same way",
    arguments: [
      ("00000000000000000001.journal", FileName.segment(first: LogSequenceNumber(1))),
      ("18446744073709551615.journal", .segment(first: LogSequenceNumber(.max))),
      (
        "00000000000000000000-00000000000000052113.snapshot",
        .snapshot(SnapshotRange(after: .zero, through: LogSequenceNumber(52113)))
      ),
      (
        "00000000000000052113-00000000000000060200.snapshot",
        .snapshot(SnapshotRange(after: LogSequenceNumber(52113), through: LogSequenceNumber(60200)))
      ),
      ("WATERMARK", .watermark), ("LOCK", .lock), ("quarantine", .quarantine),
      ("WATERMARK.tmp", .temporary("WATERMARK.tmp")),
      (
        "00000000000000000000-00000000000000000007.snapshot.tmp",
        .temporary("00000000000000000000-00000000000000000007.snapshot.tmp")
      ),
    ])
  func roundTrip(text: String, name: FileName) {
    #expect(FileName(text) == name)
    #expect(name.text == text)
  }

  @Test(
    "Anything else is not ours",
    arguments: [
      "", ".", "..", "notes.txt", "notes.tmp", ".tmp", "LOCK.tmp", "quarantine.tmp",
      "WATERMARK.tmp.tmp", "watermark", "1.journal", "0000000000000000001.journal",
      "000000000000000000001.journal", "00000000000000000000.journal",
      "18446744073709551616.journal", "+0000000000000000001.journal",
      "0000000000000000000a.journal", "00000000000000000001.journal ",
      "00000000000000000001.JOURNAL",
      "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠١.journal", "00000000000000000001.snapshot",
      "00000000000000000007-00000000000000000007.snapshot",
      "00000000000000000008-00000000000000000007.snapshot",
      "00000000000000000000_00000000000000000007.snapshot",
      "00000000000000000000-18446744073709551616.snapshot",
    ])
  func foreign(text: String) {
    #expect(FileName(text) == nil)
  }
}
