import StateJournal

/// The state as one JSON document, written while it is read: a line for each object, so that it can
/// be compared and searched line by line.
struct StateTree {
  private let output: StandardOutput
  /// Objects written.
  private(set) var count = 0
  /// Entries left out that are no state of a source.
  private(set) var foreignCount = 0
  private var source: String?
  private var scope: StateAddress.Scope?
  private var isFirstForeign = true

  init(_ output: StandardOutput) { self.output = output }

  mutating func write(_ entry: InspectedEntry) {
    guard case .object(let address, let object) = entry.content else {
      foreignCount += 1
      return
    }
    if source.map({ !$0.utf8.elementsEqual(address.source.utf8) }) ?? true {
      endSource()
      output.write((count == 0 ? "{\n  " : ",\n  ") + JSONLine.quoted(address.source) + ": {\n")
      source = address.source
    }
    if scope == nil, address.scope == .others { output.write("    \"streams\": {},\n") }
    if scope == address.scope {
      output.write(",\n")
    } else {
      if scope != nil { output.write("\n    },\n") }
      output.write(address.scope == .stream ? "    \"streams\": {\n" : "    \"others\": {\n")
    }
    scope = address.scope
    var line: [UInt8] = Array("      ".utf8)
    JSONLine.append(address.name, to: &line)
    line.append(contentsOf: ": ".utf8)
    // What was read back from CBOR can be written as JSON: both hold the same values.
    try? object.appendJSON(to: &line)
    output.write(line)
    count += 1
  }

  /// Writes what was left out, under a name that no source has.
  mutating func writeForeign(_ entry: InspectedEntry) {
    guard case .foreign(let key, let value) = entry.content else { return }
    if isFirstForeign {
      endSource()
      output.write((count == 0 ? "{\n  " : ",\n  ") + "\"\": {\n")
    } else {
      output.write(",\n")
    }
    isFirstForeign = false
    output.write("    \"\(Hexadecimal.text(key))\": \"\(Hexadecimal.text(value))\"")
    count += 1
  }

  mutating func finish() {
    endSource()
    if !isFirstForeign { output.write("\n  }") }
    output.write(count == 0 ? "{}\n" : "\n}\n")
  }

  private mutating func endSource() {
    guard source != nil else { return }
    output.write(scope == .stream ? "\n    },\n    \"others\": {}\n  }" : "\n    }\n  }")
    source = nil
    scope = nil
  }
}

/// The state as one line for each object.
struct StateNDJSON {
  private let output: StandardOutput
  private(set) var count = 0

  init(_ output: StandardOutput) { self.output = output }

  mutating func write(_ entry: InspectedEntry) {
    var line = JSONLine("object", verb: "replay")
    switch entry.content {
    case .object(let address, let object):
      line.add(address)
      line.add("lsn", entry.version.number)
      line.add("value", object)
    case .foreign(let key, let value):
      line.add("key_hex", Hexadecimal.text(key))
      line.add("lsn", entry.version.number)
      line.add("value_hex", Hexadecimal.text(value))
    case .label:
      return
    }
    output.write(line.line)
    count += 1
  }

  func finish(_ report: RecoveryReport) {
    var line = Summary.start("replay", .success)
    line.add("objects", count)
    line.add("lsn", report.lastSequence)
    line.add("undecidable", report.tornTail?.isUndecidable ?? false)
    line.add("damaged_snapshots", report.damagedSnapshots.map(StatusJSON.error))
    output.write(line.line)
  }
}
