import FileIO
import StateJournal

/// `journal-tool lock DIR`
enum LockVerb {
  static let verb = Verb(
    name: "lock", group: .maintain, summary: "says who holds the store for writing or compaction",
    details: """
      The lock is the kernel's: it is gone the moment its process is, however that ended, and a LOCK
      file that nobody holds locks nothing. There is never a reason to remove it. Takes no lock.
      """,
    options: [],
    examples: [
      ("journal-tool lock state", "which job is running?"),
      ("journal-tool lock state --json | head -1", "the same for a script"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let holders = try invocation.attempt { () throws(JournalError) in
      try invocation.inspector.lockHolders()
    }
    let output = invocation.console.output
    for (role, holder) in [("writer", holders.writer), ("compaction", holders.compaction)] {
      guard invocation.isJSON else {
        output.write("\(role)\(role == "writer" ? "      " : "  ")\(text(holder))\n")
        continue
      }
      var line = JSONLine("lock", verb: "lock")
      line.add("role", role)
      line.add("held", holder != nil)
      line.add("pid", holder?.owner?.processID)
      line.add("host", holder?.owner?.host)
      line.add("since_s", holder?.owner?.openedAt)
      if let isAlive = holder?.isAlive { line.add("alive", isAlive) }
      output.write(line.line)
    }
    if invocation.isJSON {
      var line = Summary.start("lock", .success)
      line.add("held", holders.writer != nil)
      output.write(line.line)
    }
    return .success
  }

  private static func text(_ holder: JournalStatus.Holder?) -> String {
    guard let holder else { return "nobody" }
    guard let owner = holder.owner else { return "a process that has not left its name yet" }
    let age = Units.duration(
      nanoseconds: max(0, WallClock.now - owner.openedAt.multipliedOrMaximal(by: 1_000_000_000)))
    var text = "\(owner), for \(age)"
    switch holder.isAlive {
    case true?: text += "; it is alive"
    case false?:
      text += "; no such process is seen from here: another container, or it ended just now"
    case nil: text += "; it runs on another host, or in another container"
    }
    return Printable.text(text)
  }
}

extension Int64 {
  /// Numbers from a file may be anything.
  fileprivate func multipliedOrMaximal(by factor: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
