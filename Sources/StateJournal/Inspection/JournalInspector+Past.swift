import JournalEngine
import JournalFormat

/// Gaps in the history, and what explains them.
extension JournalInspector {
  /// The gaps that no label explains: it keeps what the state as of its commit needs, however much of
  /// what comes behind has gone. None where the labels cannot be read.
  func unexplained(_ gaps: [HistoryGap]) -> [HistoryGap] {
    guard !gaps.isEmpty, let labels = try? labels() else { return [] }
    return gaps.filter { gap in
      !labels.contains { gap.older.after < $0.sequence && $0.sequence <= gap.older.through }
    }
  }

  /// What is to be noted about the history.
  func notes(on gaps: [HistoryGap]) -> [InspectionFinding] {
    unexplained(gaps).map { gap in
      let first = gap.missing.after.next
      var finding = InspectionFinding(
        .note, .missingHistory, file: path + "/" + FileName.segment(first: first).text,
        sequence: first, lastSequence: gap.missing.through,
        detail: "no segment holds them any more; snapshots have what came of them, so the state is"
          + " whole, and history, diff and rewind do not reach them")
      finding.advice = "nothing, where they were removed on purpose; else look for them in a backup"
      return finding
    }
  }
}
