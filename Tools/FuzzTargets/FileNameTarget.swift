import JournalFormat

/// Names in the directory: whatever is taken for one of ours is spelled as we would.
struct FileNameTarget: FuzzTarget {
  let name = "name"
  let seeds: [[UInt8]] = [
    "00000000000000000001.journal", "18446744073709551615.journal", "WATERMARK", "LOCK",
    "quarantine", "00000000000000000000-00000000000000052113.snapshot", "WATERMARK.tmp",
    "00000000000000000007.journal.tmp", "18446744073709551616.journal", "notes.txt", "",
    "00000000000000000009-00000000000000000009.snapshot", "../00000000000000000001.journal",
  ].map { Array($0.utf8) }
  let tokens: [[UInt8]] = [
    ".journal", ".snapshot", ".tmp", "-", "0", "9", "/", "..", "18446744073709551615", "\u{0}", "٣",
  ].map { Array($0.utf8) }
  let maximumByteCount = 256

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    // Names that are not UTF-8 are never listed.
    guard let text = String(validating: input, as: UTF8.self) else {
      behaviour.note("not UTF-8")
      return
    }
    guard let name = FileName(text) else {
      behaviour.note("foreign")
      behaviour.note(magnitude: input.count)
      return
    }
    switch name {
    case .segment(let first):
      behaviour.note(1)
      try FuzzViolation.unless(first > .zero, "a segment from commit 0")
    case .snapshot(let range):
      behaviour.note(range.isBase ? 2 : 3)
      try FuzzViolation.unless(range.after < range.through, "a snapshot of nothing")
    case .watermark: behaviour.note(4)
    case .lock: behaviour.note(5)
    case .quarantine: behaviour.note(6)
    case .temporary: behaviour.note(7)
    }
    try FuzzViolation.unless(
      Array(name.text.utf8) == input, "taken for \(name.text), which is another name")
    try FuzzViolation.unless(!input.contains(0x2F), "a name with a slash in it")
  }
}
