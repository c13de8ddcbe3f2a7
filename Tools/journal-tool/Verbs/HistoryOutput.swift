import StateJournal

/// A step for people.
struct StepText {
  var style: Style
  var isFull: Bool

  func lines(of step: StateHistoryStep) -> String {
    var head = style.bold(Printable.address(step.address)) + "  commit \(step.sequence)"
    if let time = step.time {
      head += "  \(Units.time(nanoseconds: time))"
    } else {
      head += style.dim("  (before the log; from a snapshot)")
    }
    if let session = step.session { head += "  " + style.dim(SessionText.describe(session)) }
    if step.after == nil { head += "  " + style.red("removed") }
    head += "\n"
    if let reason = step.reason { head += "  because: \(Printable.text(reason))\n" }
    if step.before == .unknown, step.time != nil {
      head += style.dim("  what it was before is out of reach\n")
    }
    let changes = DifferenceText(style: style, isFull: isFull).lines(
      step.differences, indent: "  ")
    return head + (changes.isEmpty ? style.dim("  the same as before\n") : changes)
  }
}

enum SessionText {
  /// "session 4: ingest, process 4711 on worker-3", as far as it is known.
  static func describe(_ session: JournalRecord.Session) -> String {
    var text = "session \(session.number)"
    guard let processID = session.processID else { return text }
    text += ": "
    if let program = session.program, !program.isEmpty { text += program + ", " }
    text += "process \(processID)"
    if let host = session.host, !host.isEmpty { text += " on " + host }
    return Printable.text(text)
  }
}

/// A step for programs.
enum StepJSON {
  static func line(of step: StateHistoryStep) -> [UInt8] {
    var line = JSONLine("step", verb: "history")
    line.add(step.address)
    line.add("lsn", step.sequence)
    line.add("time", step.time.map { Units.time(nanoseconds: $0) })
    line.add("time_ns", step.time)
    line.add("session", StatusJSON.session(step.session))
    line.add("reason", step.reason)
    line.add("removed", step.after == nil)
    line.add("before_known", step.before != .unknown)
    if let value = step.after { line.add("value", value) }
    line.add("changes", DifferenceText.objects(step.differences))
    return line.line
  }
}
