import FileIO
import StateJournal

/// A status as metrics, in the text exposition format of Prometheus (version 0.0.4). Names and
/// meanings are documented in `ToolOutput.md`, and only ever added to.
enum StatusMetrics {
  /// What is left to say of a store that cannot even be looked at, as where its disk was not mounted. A
  /// monitor that waits for zero would not notice silence.
  static func unreachable(directory: String) -> String {
    var metrics = StatusMetrics.Writer(directory: directory)
    metrics.add(isUp: false)
    return metrics.text
  }

  static func text(of status: JournalStatus, directory: String) -> String {
    var metrics = StatusMetrics.Writer(directory: directory)
    metrics.add(isUp: status.failure == nil)
    metrics.add("writer_running", "Whether a process has it open for writing", status.writer != nil)
    metrics.add("compaction_running", "Whether a compaction is running", status.compactor != nil)
    metrics.add("live_bytes", "Bytes of files that the state needs", status.liveByteCount)
    metrics.add("superseded_bytes", "Bytes of files kept besides", status.supersededByteCount)
    metrics.add("snapshots", "Snapshots in use", Int64(status.snapshots.count))
    metrics.add(
      "snapshot_entries", "Entries of the snapshots in use",
      status.snapshots.clampedSum { Int64($0.entryCount) })
    metrics.add(
      "segments", "Segments of the log",
      Int64(status.files.reduce(0) { $0 + ($1.kind == .segment ? 1 : 0) }))
    if let time = status.lastCompactionTime {
      metrics.add(time: "last_compaction_timestamp_seconds", "When the last compaction began", time)
    }
    if let time = status.lastCommitTime {
      metrics.add(time: "last_commit_timestamp_seconds", "When the last commit was made", time)
    }
    if let session = status.lastSession {
      metrics.add("session", "Sessions that opened the store", Int64(clamping: session.number))
    }
    if let isClean = status.closedCleanly {
      metrics.add("closed_cleanly", "Whether the last session closed the store", isClean)
    }
    guard let report = status.recovery else { return metrics.text }
    metrics.add("last_lsn", "The last commit", Int64(clamping: report.lastSequence.rawValue))
    metrics.add(
      "durable_lsn", "The last commit known to be durable",
      Int64(clamping: min(report.durableSequence, report.lastSequence).rawValue))
    metrics.add("replay_commits", "Commits opening replays", Int64(report.replayedCommitCount))
    metrics.add("replay_bytes", "Bytes of log opening replays", report.replayedByteCount)
    metrics.add(
      "torn_tail_bytes", "Bytes of a commit never acknowledged", report.tornTail?.byteCount ?? 0)
    metrics.add("undecidable", "Whether the last commit may be lost", report.isUndecidable)
    metrics.add(
      "damaged_snapshots", "Snapshots others stand in for", Int64(report.damagedSnapshots.count))
    return metrics.text
  }

  private struct Writer {
    private(set) var text = ""
    private let label: String

    init(directory: String) {
      let escaped = directory.unicodeScalars.map { scalar in
        switch scalar {
        case "\\": "\\\\"
        case "\"": "\\\""
        case "\n": "\\n"
        default: String(scalar)
        }
      }.joined()
      label = "{directory=\"\(escaped)\"}"
    }

    mutating func add(_ name: String, _ help: String, _ value: Int64) {
      add(name, help, text: String(value))
    }

    mutating func add(isUp: Bool) { add("up", "Whether the store opens", isUp) }

    mutating func add(_ name: String, _ help: String, _ flag: Bool) {
      add(name, help, text: flag ? "1" : "0")
    }

    /// A time in nanoseconds since 1970.
    mutating func add(time name: String, _ help: String, _ time: Int64) {
      add(name, help, text: "\(Double(time) / 1_000_000_000)")
    }

    private mutating func add(_ name: String, _ help: String, text value: String) {
      let name = "state_journal_" + name
      text += "# HELP \(name) \(help).\n# TYPE \(name) gauge\n\(name)\(label) \(value)\n"
    }
  }
}

extension RecoveryReport {
  fileprivate var isUndecidable: Bool { tornTail?.isUndecidable ?? false }
}
