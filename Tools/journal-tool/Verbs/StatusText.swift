import FileIO
import StateJournal

/// A status for people.
struct StatusText {
  private let status: JournalStatus
  private let labels: [JournalLabel]
  private let style: Style

  init(_ status: JournalStatus, labels: [JournalLabel], style: Style) {
    self.status = status
    self.labels = labels
    self.style = style
  }

  func write(to output: StandardOutput) {
    func row(_ label: String, _ text: String) {
      let padding = String(repeating: " ", count: max(1, 11 - label.count))
      output.write(style.bold(label) + padding + text + "\n")
    }
    row("store", status.store?.description ?? "unknown")
    row("commits", commits)
    row("durable", durability)
    row("writer", writer)
    if let compactor = status.compactor {
      row("compaction", "by " + who(compactor.owner) + ", running")
    }
    row("opening", opening)
    if let tail = status.recovery?.tornTail { row("tail", Printable.text(describe(tail))) }
    row("snapshots", snapshots)
    row(
      "size",
      "\(Units.bytes(status.liveByteCount)) in use, \(Units.bytes(status.supersededByteCount)) kept"
        + " from the generation before")
    if !labels.isEmpty { row("labels", labelList) }
    output.write("\n")
    for file in status.files { output.write(line(of: file) + "\n") }
  }

  private var commits: String {
    guard let last = status.recovery?.lastSequence else { return style.red("cannot be read") }
    if last == .zero { return "none yet" }
    var text = "\(Units.count(last.rawValue)), the last "
    if let time = status.lastCommitTime {
      text +=
        "at \(Units.time(nanoseconds: time)), "
        + "\(Units.duration(nanoseconds: max(0, WallClock.now - time))) ago"
    } else {
      text += "is in a snapshot"
    }
    if let program = status.lastSession?.program {
      text += ", by \(Printable.text(program)) (session \(status.lastSession?.number ?? 0))"
    }
    return text
  }

  private var durability: String {
    guard let report = status.recovery else { return "unknown" }
    let last = report.lastSequence
    if last == .zero { return "nothing to keep yet" }
    let durable = min(report.durableSequence, last)
    if durable == last { return "through commit \(durable), the last one" }
    let rest = last.rawValue - durable.rawValue
    return "through commit \(durable) for certain; nothing says it of "
      + (rest == 1 ? "the one after it" : "the \(Units.count(rest)) after it")
  }

  private var labelList: String {
    let shown = labels.suffix(5).map { "\(Printable.text($0.name)) (\($0.sequence))" }
    return (labels.count > shown.count ? "\(Units.count(labels.count)), among them " : "")
      + shown.joined(separator: ", ")
  }

  private var writer: String {
    if let writer = status.writer { return style.green(who(writer.owner)) + ", running" }
    switch status.closedCleanly {
    case true?: return "none; the last session closed cleanly"
    case false?:
      let session = status.lastSession.map { SessionText.describe($0) } ?? "the last session"
      return "none; \(session) did not close: it was killed, or it crashed"
    case nil: return "none"
    }
  }

  private func who(_ owner: JournalError.LockOwner?) -> String {
    Printable.text(owner?.description ?? "a process that left no name")
  }

  private var opening: String {
    guard let report = status.recovery else { return style.red("fails") }
    return "replays \(Units.count(report.replayedCommitCount, "commit")), "
      + "\(Units.bytes(report.replayedByteCount)) of log"
      + (status.isExact ? "" : ", by their headers; --exact reads them")
  }

  private func describe(_ tail: RecoveryReport.TornTail) -> String {
    if status.writer != nil { return "a commit is being written" }
    return
      (tail.isUndecidable
      ? "the last commit is damaged, and nothing tells whether it was acknowledged"
      : "torn, never acknowledged")
      + ": \(Units.bytes(tail.byteCount)) at offset \(tail.offset) of \(tail.file)"
  }

  private var snapshots: String {
    guard let last = status.snapshots.last else {
      return status.failure == nil ? "none" : "unknown, as the store does not open"
    }
    let bytes = status.snapshots.clampedSum(of: \.byteCount)
    let entries = status.snapshots.clampedSum(of: \.entryCount)
    var text = "\(status.snapshots.count) through commit \(Units.count(last.through.rawValue)), "
    text += "\(Units.bytes(bytes)), \(Units.count(entries, "entry", "entries"))"
    if let time = status.lastCompactionTime {
      text += ", made \(Units.duration(nanoseconds: max(0, WallClock.now - time))) ago"
    }
    return text
  }

  private func line(of file: JournalStatus.FileInfo) -> String {
    let size = file.byteCount.map(Units.bytes) ?? ""
    var text = String(repeating: " ", count: max(0, 11 - size.count)) + size + "  "
    text += Printable.text(file.name)
    if file.kind == .segment, let first = file.first, let last = file.last, last < first {
      text += "  no commit yet"
    } else if let commits = Units.commits(file.first, file.last) {
      text += "  " + commits
    } else if file.kind == .foreign || file.kind == .unfinished {
      text += "  (\(file.kind.rawValue))"
    }
    return file.isSuperseded ? style.dim(text + ", superseded") : text
  }
}
