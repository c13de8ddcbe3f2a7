import StateJournal

/// Changes to state, planned or made, for people and for programs.
struct StateChangeOutput {
  /// How many changes are shown to people; JSON has them all.
  private static let shownCount = 20
  private static let shownByteCount = 120

  private let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  func tell(_ changes: [StateChange], isPlan: Bool) {
    let output = invocation.console.output
    if invocation.isJSON {
      for change in changes { output.write(line(change, isPlan: isPlan)) }
      return
    }
    for change in changes.prefix(Self.shownCount) {
      output.write("  " + text(change, invocation.console.outputStyle) + "\n")
    }
    if changes.count > Self.shownCount {
      output.write("  and \(Units.count(changes.count - Self.shownCount)) more\n")
    }
  }

  private func text(_ change: StateChange, _ style: Style) -> String {
    switch change {
    case .update(let address, let object):
      let json = Printable.text(object.description)
      return style.bold(address.text) + " = "
        + (json.utf8.count > Self.shownByteCount ? json.prefix(Self.shownByteCount) + "…" : json)
    case .remove(let address): return style.red("remove ") + style.bold(address.text)
    case .removeSource(let source):
      return style.red("remove everything of ") + style.bold(StateSelection.source(source).text)
    }
  }

  private func line(_ change: StateChange, isPlan: Bool) -> [UInt8] {
    var line = JSONLine(isPlan ? "planned_change" : "change", verb: invocation.verb)
    switch change {
    case .update(let address, let object):
      line.add("op", "put")
      line.add(address)
      line.add("value", object)
    case .remove(let address):
      line.add("op", "remove")
      line.add(address)
    case .removeSource(let source):
      line.add("op", "remove_all")
      line.add("source", source)
    }
    return line.line
  }
}
