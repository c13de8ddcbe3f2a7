import StateJournal

/// The plan of undoing a repair or a rewind.
enum UndoOutput {
  static func tell(_ plan: RewindPlan, of bundle: String, _ invocation: Invocation) {
    let output = invocation.console.output
    if invocation.isJSON {
      output.write(json(plan, of: bundle))
      return
    }
    let lost = lost(plan)
    let style = invocation.console.outputStyle
    var text =
      "The files of \(Printable.text(invocation.directory)) go to quarantine/, and those of "
      + "\(Printable.text(bundle)) take their place.\n"
    text += style.bold("lose") + "     "
    text +=
      lost.flatMap { Units.commits($0.lowerBound, $0.upperBound) }
      .map { style.red($0) + ", made since" } ?? "no commit"
    text += "\n"
    if lost != nil { text += style.bold("streams") + "  " + plan.streamsText + "\n" }
    output.write(text)
  }

  private static func lost(_ plan: RewindPlan) -> ClosedRange<LogSequenceNumber>? {
    plan.lastSequence > plan.sequence ? plan.sequence.next...plan.lastSequence : nil
  }

  private static func json(_ plan: RewindPlan, of bundle: String) -> [UInt8] {
    var line = JSONLine("plan", verb: "repair")
    line.add("undo", bundle)
    line.add("through_lsn", plan.sequence)
    line.add("lost", (lost(plan).map { [$0] } ?? []).map(RepairOutput.range))
    line.add(
      "streams",
      plan.addresses.map { address in
        var object = JSONLine()
        object.add(address)
        return object
      })
    line.add("streams_unlisted", plan.unlistedAddressCount)
    line.add("streams_unlisted_exact", plan.isUnlistedAddressCountExact)
    line.add("foreign_keys", plan.foreignKeyCount)
    return line.line
  }
}
