import StateJournal

/// Plans and reports of what changes a store that does not open, or takes it back in time.
enum RepairOutput {
  /// How many keys are shown to people; JSON has them all.
  private static let shownKeyCount = 20

  static func tell(_ plan: RepairPlan, target: String?, _ invocation: Invocation) {
    if invocation.isJSON {
      invocation.console.output.write(json(plan))
      return
    }
    let output = invocation.console.output
    guard plan.isNeeded else {
      output.write(
        plan.verification.isDamaged
          ? "nothing to repair: the store opens in spite of what is damaged; what to do about that: "
            + invocation.command("verify") + "\n"
          : "nothing to repair: the store opens\n")
      return
    }
    let style = invocation.console.outputStyle
    func row(_ label: String, _ text: String) {
      output.write(
        style.bold(label) + String(repeating: " ", count: max(1, 11 - label.count)) + text + "\n")
    }
    switch plan.action {
    case .nothing: break
    case .cut(let file, let offset?): row("cut", "\(file) at offset \(offset)")
    case .cut(let file, nil): row("end", "the log with \(file), as it is")
    case .rewrite:
      row("rewrite", "everything that is left as one snapshot and an empty log")
    }
    row("keep", "the state up to commit \(plan.through); the next one is \(plan.through.next)")
    let ranges = plan.lostSequences.compactMap { range in
      Units.commits(
        range.lowerBound, range.upperBound == LogSequenceNumber(.max) ? nil : range.upperBound)
    }
    let none = plan.lostKeyRanges.isEmpty ? "no commit" : "no whole commit"
    row("lose", ranges.isEmpty ? none : style.red(ranges.joined(separator: ", ")))
    if plan.mode == .tail, plan.losesWholeCommits {
      row("spare", "what is whole behind the damage, with --mode drop-damaged")
    }
    if !plan.keysAtRisk.isEmpty { row("streams", keys(plan.keysAtRisk)) }
    for range in plan.lostKeyRanges {
      row("objects", text(of: range) + ": what the damaged blocks held")
    }
    for foreign in plan.foreignFiles { row("foreign", Printable.text(foreign.description)) }
    if let target {
      row("write", "\(Printable.text(target)); nothing is changed here")
      return
    }
    row(
      "set aside",
      "\(Units.count(plan.changedFiles.count, "file")), \(Units.bytes(plan.quarantinedByteCount)), "
        + "into quarantine/; \(Units.bytes(plan.availableByteCount)) are free")
  }

  private static func text(of range: InspectionFinding.KeyRange) -> String {
    let limit = range.upperBound.map { "up to \(FindingOutput.bound($0))" }
    if range.lowerBound.isEmpty { return limit ?? "all" }
    return "from \(FindingOutput.bound(range.lowerBound)) " + (limit ?? "on")
  }

  private static func keys(_ keys: [[UInt8]]) -> String {
    var seen: Set<[UInt8]> = []
    let different = keys.filter { seen.insert($0).inserted }
    let rest = different.count - shownKeyCount
    return different.prefix(shownKeyCount).map { Printable.key($0) }.joined(separator: ", ")
      + (rest > 0 ? " and \(Units.count(rest)) more" : "")
  }

  private static func json(_ plan: RepairPlan) -> [UInt8] {
    var line = JSONLine("plan", verb: "repair")
    line.add("needed", plan.isNeeded)
    line.add("mode", plan.mode.rawValue)
    switch plan.action {
    case .nothing: line.add("action", "nothing")
    case .cut(let file, let offset):
      line.add("action", "cut")
      line.add("file", file)
      line.add("offset", offset)
    case .rewrite: line.add("action", "rewrite")
    }
    line.add("through_lsn", plan.through)
    line.add("lost", plan.lostSequences.map(range))
    line.add("streams", plan.keysAtRisk.map(FindingOutput.key))
    line.add(
      "lost_keys",
      plan.lostKeyRanges.map { range in
        var object = JSONLine()
        object.add("first_key_hex", Hexadecimal.text(range.lowerBound))
        object.add("key_limit_hex", range.upperBound.map { Hexadecimal.text($0) })
        return object
      })
    line.add("foreign", plan.foreignFiles.map(StatusJSON.error))
    line.add("quarantined_files", plan.changedFiles.count)
    line.add("quarantined_bytes", plan.quarantinedByteCount)
    line.add("estimated_bytes", plan.estimatedByteCount)
    line.add("available_bytes", plan.availableByteCount)
    return line.line
  }

  static func range(_ range: ClosedRange<LogSequenceNumber>) -> JSONLine {
    var object = JSONLine()
    object.add("lsn", range.lowerBound)
    object.add("last_lsn", range.upperBound)
    return object
  }

  /// The end of a repair, an undoing or a rewind; without a report nothing was done.
  ///
  /// - Parameter droppedLabels: labels that no plan told of.
  static func finish(
    _ report: RepairReport?, droppedLabels: [String] = [], _ invocation: Invocation
  ) {
    let output = invocation.console.output
    if invocation.isJSON {
      var line = Summary.start(invocation.verb, .success)
      line.add("changed", report != nil)
      line.add("lsn", report?.through)
      line.add("objects", report?.entryCount)
      line.add("bundle", report?.bundle)
      line.add("changed_files", report?.changedFiles.count)
      line.add(droppedLabels: droppedLabels)
      output.write(line.line)
      return
    }
    guard let report else { return }
    var text = invocation.console.outputStyle.green("done")
    if let through = report.through { text += ": the next commit is \(through.next)" }
    if let count = report.entryCount { text += ", \(Units.count(count, "object"))" }
    if let bundle = report.bundle {
      let name = bundle.split(separator: "/").last ?? ""
      text += "\n  the originals are in \(bundle); to undo: "
      text += invocation.command("repair", "--undo", String(name))
    }
    output.write(text + "\n" + DroppedLabels.line(droppedLabels))
  }
}

extension RepairPlan {
  /// Whether commits go that a check of every byte found to be whole.
  fileprivate var losesWholeCommits: Bool {
    let missing = verification.lostSequences
    return lostSequences.contains { lost in
      // What no file holds is lost in any mode; a loss of which more is left is the mode's.
      lost.lowerBound <= verification.lastSequence
        && !missing.contains {
          $0.lowerBound <= lost.lowerBound
            && min(lost.upperBound, verification.lastSequence) <= $0.upperBound
        }
    }
  }
}
