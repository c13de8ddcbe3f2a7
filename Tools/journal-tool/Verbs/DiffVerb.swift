import FileIO
import StateJournal

/// `journal-tool diff DIR A [B]` and `journal-tool diff DIR DIR`
enum DiffVerb {
  static let verb = Verb(
    name: "diff", summary: "shows what differs between two moments or two stores",
    details: """
      Compares the states as of two commits, times or labels, or that of a moment with the last one.
      Where A is a directory, the last states of two stores are compared; where its name is a
      moment too, write ./NAME. Each object that came,
      went or changed is shown member by member; only content counts, not when it was written.
      """,
    operands: [
      Verb.Operand("A", help: "a commit, a time, a label, or the directory of another store"),
      Verb.Operand("B", .optional, help: "a commit, a time or a label; the last commit otherwise"),
    ],
    options: [
      Verb.Option("--only", value: "ADDRESS", help: "compare only this source or object"),
      Verb.Option("--exit-code", help: "exit with 1 when something differs, as git diff does"),
      Verb.Option("--full", help: "do not cut long values short"),
    ],
    examples: [
      ("journal-tool diff state before-deploy -1h", "what changed from a label to an hour ago"),
      ("journal-tool diff state /backup/state --exit-code -q", "whether a backup is up to date"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let (old, new) = try references(invocation)
    var selection: StateSelection?
    if let word = invocation.arguments.value("--only") {
      selection = try invocation.selection(word)
    }
    let output = invocation.console.output
    let text = DifferenceText(
      style: invocation.console.outputStyle, isFull: invocation.arguments.has("--full"))
    let comparison = try invocation.attempt { () throws(JournalError) in
      try JournalInspector.compare(old, with: new, of: selection) { difference in
        if invocation.isJSON {
          output.write(DiffOutput.line(of: difference))
        } else {
          output.write(DiffOutput.lines(of: difference, text))
        }
        return !output.isBroken
      }
    }
    if selection != nil { try invocation.refuseNothing(comparison) }
    let differs = !comparison.isEqual
    let code: ExitCode =
      differs && invocation.arguments.has("--exit-code") ? .failed : .success
    if invocation.isJSON {
      output.write(DiffOutput.summary(comparison, code))
    } else {
      let one = "commit \(comparison.sequences.old)"
      let other = "commit \(comparison.sequences.new)"
      invocation.console.note(
        differs
          ? "\(Units.count(comparison.changedCount)) changed, "
            + "\(Units.count(comparison.addedCount)) added, "
            + "\(Units.count(comparison.removedCount)) removed, "
            + "\(Units.count(comparison.equalCount)) the same, from \(one) to \(other)"
          : "nothing differs between \(one) and \(other)")
    }
    Warnings.tell(comparison.reports.old, to: invocation)
    if old.inspector.path != new.inspector.path {
      Warnings.tell(comparison.reports.new, to: invocation)
    }
    return code
  }

  private static func references(
    _ invocation: Invocation
  ) throws(ToolFailure) -> (old: StateReference, new: StateReference) {
    let inspector = invocation.inspector
    let first = invocation.arguments.operand("A") ?? ""
    let second = invocation.arguments.operand("B")
    if first.contains("/") || (isDirectory(first) && !isMoment(first, invocation)) {
      if let second {
        throw invocation.arguments.usage(
          "two directories are compared as they are now; what is \"\(second)\"?")
      }
      return (StateReference(inspector), StateReference(invocation.inspector(of: first)))
    }
    func sequence(_ word: String, _ place: String) throws(ToolFailure) -> LogSequenceNumber {
      let moment = try invocation.moment(word, as: place)
      return try invocation.attempt { () throws(JournalError) in
        try inspector.sequence(at: moment)
      }
    }
    let old = try sequence(first, "A")
    var new: LogSequenceNumber?
    if let second { new = try sequence(second, "B") }
    return (StateReference(inspector, at: old), StateReference(inspector, at: new))
  }

  /// Whether a word that names a directory here is a moment all the same, as a directory 2026 or 7 is: what is
  /// compared must not depend on where somebody stands.
  private static func isMoment(_ word: String, _ invocation: Invocation) -> Bool {
    switch JournalMoment(word, now: WallClock.now) {
    case .label(let name)?:
      let labels = (try? invocation.inspector.labels()) ?? []
      if !labels.contains(where: { $0.name.hasSameBytes(as: name) }) { return false }
    case .sequence?, .time?, .last?: break
    case nil: return false
    }
    invocation.console.warning("\(word) is taken for a moment; for the directory write ./\(word)")
    return true
  }

  private static func isDirectory(_ path: String) -> Bool {
    (try? POSIXFileSystem().openDirectory(path, creating: false)) != nil
  }
}

extension Invocation {
  /// Refuses (3) what is in neither of two states.
  func refuseNothing(_ comparison: StateComparison) throws(ToolFailure) {
    if !comparison.isEqual || comparison.equalCount > 0 { return }
    let (old, new) = comparison.sequences
    throw ToolFailure(
      .notFound,
      "there is nothing of that address, neither after commit \(old) nor after commit \(new)",
      next: command("list"))
  }
}

private enum DiffOutput {
  static func lines(of difference: StateDifference, _ text: DifferenceText) -> String {
    let name: String
    switch difference.change {
    case .added(let content): name = text.style.green("added   ") + Printable.content(content)
    case .removed(let content): name = text.style.red("removed ") + Printable.content(content)
    case .changed(let content, _):
      name = text.style.yellow("changed ") + Printable.content(content)
    }
    return name + "\n" + text.lines(difference.members, indent: "  ")
  }

  static func line(of difference: StateDifference) -> [UInt8] {
    var line = JSONLine("difference", verb: "diff")
    switch difference.change {
    case .added(let new):
      line.add("change", "added")
      add("new", new, isNamed: true, to: &line)
    case .removed(let old):
      line.add("change", "removed")
      add("old", old, isNamed: true, to: &line)
    case .changed(let old, let new):
      line.add("change", "changed")
      add("old", old, isNamed: true, to: &line)
      add("new", new, isNamed: false, to: &line)
    }
    line.add("members", DifferenceText.objects(difference.members))
    return line.line
  }

  private static func add(
    _ name: String, _ content: StoredContent, isNamed: Bool, to line: inout JSONLine
  ) {
    switch content {
    case .object(let address, let object):
      if isNamed { line.add(address) }
      line.add(name, object)
    case .foreign(let key, let value):
      if isNamed { line.add("key_hex", Hexadecimal.text(key)) }
      line.add(name + "_hex", Hexadecimal.text(value))
    case .label:
      break
    }
  }

  static func summary(_ comparison: StateComparison, _ code: ExitCode) -> [UInt8] {
    var line = Summary.start("diff", code)
    line.add("equal", comparison.isEqual)
    line.add("added", comparison.addedCount)
    line.add("removed", comparison.removedCount)
    line.add("changed", comparison.changedCount)
    line.add("same", comparison.equalCount)
    line.add("old_lsn", comparison.sequences.old)
    line.add("new_lsn", comparison.sequences.new)
    return line.line
  }
}
