import FileIO
import StateJournal

/// A status for programs: a line for each file, then the summary.
enum StatusJSON {
  static func write(
    _ status: JournalStatus, labels: [JournalLabel], _ code: ExitCode, to output: StandardOutput
  ) {
    for file in status.files {
      var line = JSONLine("file", verb: "status")
      line.add("name", file.name)
      line.add("kind", file.kind.rawValue)
      line.add("bytes", file.byteCount)
      line.add("first_lsn", file.first)
      line.add("last_lsn", file.last)
      line.add("superseded", file.isSuperseded)
      output.write(line.line)
    }
    for snapshot in status.snapshots {
      var line = JSONLine("snapshot", verb: "status")
      line.add("name", snapshot.name)
      line.add("after_lsn", snapshot.after)
      line.add("through_lsn", snapshot.through)
      line.add("created_ns", snapshot.createdAt)
      line.add("bytes", snapshot.byteCount)
      line.add("entries", snapshot.entryCount)
      output.write(line.line)
    }
    for label in labels {
      var line = JSONLine("label", verb: "status")
      line.add("name", label.name)
      line.add("lsn", label.sequence)
      line.add("time_ns", label.time)
      output.write(line.line)
    }
    var summary = Summary.start("status", code)
    summary.add("store", status.store?.description)
    summary.add("last_lsn", status.recovery?.lastSequence)
    summary.add("durable_lsn", status.recovery?.durableSequence)
    summary.add("watermark_lsn", status.watermark)
    summary.add("time_ns", status.lastCommitTime)
    summary.add("age_ns", status.lastCommitTime.map { max(0, WallClock.now - $0) })
    summary.add("last_compaction_ns", status.lastCompactionTime)
    summary.add("session", session(status.lastSession))
    summary.add("writer", holder(status.writer))
    summary.add("compaction", holder(status.compactor))
    summary.add("live_bytes", status.liveByteCount)
    summary.add("superseded_bytes", status.supersededByteCount)
    if let closedCleanly = status.closedCleanly { summary.add("closed_cleanly", closedCleanly) }
    if let report = status.recovery {
      summary.add("snapshot_lsn", report.snapshotSequence)
      summary.add("replay_commits", report.replayedCommitCount)
      summary.add("replay_bytes", report.replayedByteCount)
      summary.add("exact", status.isExact)
      summary.add("torn_tail", report.tornTail.map(tail))
      summary.add("damaged_snapshots", report.damagedSnapshots.map(error))
    }
    summary.add("error", status.failure.map(error))
    output.write(summary.line)
  }

  static func session(_ session: JournalRecord.Session?) -> JSONLine? {
    guard let session else { return nil }
    var object = JSONLine()
    object.add("number", session.number)
    object.add("pid", session.processID)
    object.add("host", session.host)
    object.add("program", session.program)
    return object
  }

  private static func holder(_ holder: JournalStatus.Holder?) -> JSONLine? {
    guard let holder else { return nil }
    var object = JSONLine()
    object.add("pid", holder.owner?.processID)
    object.add("host", holder.owner?.host)
    object.add("since_s", holder.owner?.openedAt)
    return object
  }

  static func tail(_ tail: RecoveryReport.TornTail) -> JSONLine {
    var object = JSONLine()
    object.add("file", tail.file)
    object.add("offset", tail.offset)
    object.add("bytes", tail.byteCount)
    object.add("lsn", tail.sequence)
    object.add("undecidable", tail.isUndecidable)
    object.add("quarantined_as", tail.quarantinedAs)
    return object
  }

  static func error(_ error: JournalError) -> JSONLine {
    var object = JSONLine()
    object.add("message", error.description)
    object.add("file", error.file)
    object.add("offset", error.offset)
    object.add("lsn", error.sequence)
    object.add("last_lsn", error.lastSequence)
    return object
  }
}
