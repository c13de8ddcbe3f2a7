import JournalFormat

extension JournalVerification {
  /// Orders the findings and completes them with what is known only at the end.
  mutating func finish(_ facts: StoreFacts, path: String) {
    for index in findings.indices {
      findings[index].keysAtRisk = facts.keysAtRisk.remaining(of: findings[index].keysAtRisk)
      findings[index].advice = findings[index].advice(for: path, in: self)
    }
    findings.sort { left, right in
      (right.severity, left.file, left.offset ?? 0) < (left.severity, right.file, right.offset ?? 0)
    }
  }
}

extension InspectionFinding {
  /// The next thing to do about it.
  fileprivate func advice(
    for path: String, in verification: JournalVerification
  ) -> String {
    let place = Shell.quoted(path)
    let isSuperseded = lastSequence.map { $0 <= verification.snapshotSequence } ?? false
    switch (severity, kind) {
    case (.note, .unfinishedFile), (.note, .unfinishedSegment):
      return "nothing; the next writer or compaction removes it"
    case (.note, .foreignFile):
      return "nothing; it is left alone"
    case (.note, .missingWatermark):
      return "nothing; the next clean close writes it"
    case (.note, _):
      return "nothing"
    case (.tornTail, _):
      return "nothing; the next opening for writing sets it aside in quarantine/"
    case (.undecidable, _):
      return "compare the last positions in the target with the state: journal-tool replay \(place)"
    case (.unreadable, .unreadable(let failure)):
      return "\(failure.advice): journal-tool verify \(place)"
    case (.unreadable, _):
      return "make all files readable for this user, then: journal-tool verify \(place)"
    case (.covered, .damage(.snapshotBlock)), (.covered, .damage(.snapshotIndex)),
      (.covered, .damage(.snapshotFooter)):
      // A superseded generation goes only when nothing is to be kept beside the newest one.
      return isSuperseded
        ? "replace the older generation: journal-tool compact \(place) --rewrite --keep 0"
        : "write a sound snapshot: journal-tool compact \(place) --rewrite"
    case (.covered, _):
      return "replace what it belongs to: journal-tool compact \(place) --rewrite --keep 0"
    case (.loss, _) where detail == DirectoryListing.unfinishedCopy:
      return "make it again, by the same command, which begins anew; where nobody restores anything"
        + " here, restore a backup (journal-tool restore BACKUP NEWDIR)"
    case (.loss, .damage(.watermark)):
      return "write one that fits the log: journal-tool repair \(place) -n; where commit"
        + " \(verification.lastSequence) is not the last one that you know of, restore a backup"
        + " (journal-tool restore BACKUP NEWDIR)"
    case (.loss, _):
      // Only what is there can be asked for. How far a segment reached that is gone, nobody knows.
      var lost = verification.lostSequences.first?.lowerBound
      if lost == nil, kind == .damage(.missingCommits) { lost = sequence }
      let before = lost?.previous ?? .zero
      let rest =
        before == .zero
        ? "what can be read: journal-tool dump \(place)"
        : "the state before: journal-tool replay \(place) --at \(before)"
      return "restore a backup (journal-tool restore BACKUP NEWDIR), or see what a repair would"
        + " keep (journal-tool repair \(place) -n); \(rest)"
    }
  }
}
