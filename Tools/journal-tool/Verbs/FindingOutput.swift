import StateJournal

/// A finding as text and as JSON.
enum FindingOutput {
  /// How many keys at risk are shown to people; JSON has them all.
  private static let shownKeyCount = 10

  /// - Parameter lastGoodValues: what the keys at risk were before; `nil` when that is not known.
  static func text(
    _ finding: InspectionFinding, style: Style, lastGoodValues: [InspectedEntry]? = nil
  ) -> String {
    var place = finding.file
    if let offset = finding.offset { place += " at offset \(offset)" }
    if let byteCount = finding.byteCount, byteCount > 0 { place += ", \(byteCount) bytes" }
    if let commits = Units.commits(finding.sequence, finding.lastSequence) {
      place += ", \(commits)"
    }
    var text = heading(finding, style) + ": " + Printable.text(place) + "\n"
    text += "  \(Printable.text("\(finding.kind): \(finding.detail)"))\n"
    if !finding.keysAtRisk.isEmpty {
      let shown = finding.keysAtRisk.prefix(shownKeyCount).map { Printable.key($0) }
      let rest = finding.keysAtRisk.count - shown.count
      text += "  keys: \(shown.joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "")\n"
    }
    for entry in (lastGoodValues ?? []).prefix(shownKeyCount) {
      guard case .object(let address, let object) = entry.content else { continue }
      let json = Printable.text((try? object.json()) ?? "")
      text += "  last good: \(address.text) = \(json.prefix(200)), "
      text += "put by commit \(entry.version.number)\n"
    }
    if let range = finding.keyRange {
      text +=
        "  keys: from \(bound(range.lowerBound))"
        + (range.upperBound.map { " up to \(bound($0))" } ?? " on") + "\n"
    }
    if finding.severity > .note { text += "  next: \(Printable.text(finding.advice))\n" }
    return text
  }

  /// A finding at its place in the output of a verb: among the data as JSON, as a message otherwise.
  static func write(_ finding: InspectionFinding, _ invocation: Invocation) {
    let console = invocation.console
    if invocation.isJSON {
      console.output.write(json(finding, verb: invocation.verb).line)
    } else {
      console.output.flush()
      console.message(text(finding, style: console.messageStyle))
    }
  }

  private static func heading(_ finding: InspectionFinding, _ style: Style) -> String {
    switch finding.severity {
    case .note: style.dim("note")
    case .tornTail, .undecidable, .covered: style.yellow(finding.severity.rawValue)
    case .unreadable, .loss: style.red(finding.severity.rawValue)
    }
  }

  /// A bound is the shortest key that parts two blocks, so it may be the beginning of an address.
  static func bound(_ key: [UInt8]) -> String {
    if let address = try? StateKeyCoding.address(of: key.span) { return Printable.address(address) }
    let isText = key.allSatisfy { (0x20...0x7E).contains($0) }
    if !key.isEmpty, isText { return JSONLine.quoted(String(decoding: key, as: UTF8.self)) }
    return "0x" + Hexadecimal.text(key)
  }

  static func json(
    _ finding: InspectionFinding, verb: String, lastGoodValues: [InspectedEntry]? = nil
  ) -> JSONLine {
    var line = JSONLine("finding", verb: verb)
    line.add("severity", finding.severity.rawValue)
    line.add("kind", finding.kind.description)
    line.add("file", finding.file)
    line.add("offset", finding.offset)
    line.add("bytes", finding.byteCount)
    line.add("lsn", finding.sequence)
    line.add("last_lsn", finding.lastSequence)
    line.add("detail", finding.detail)
    if !finding.keysAtRisk.isEmpty { line.add("keys", finding.keysAtRisk.map(key)) }
    if let lastGoodValues {
      line.add(
        "last_good",
        lastGoodValues.compactMap { entry in
          guard case .object(let address, let object) = entry.content else { return nil }
          var line = JSONLine()
          line.add(address)
          line.add("lsn", entry.version.number)
          line.add("value", object)
          return line
        })
    }
    line.add("first_key_hex", finding.keyRange.map { Hexadecimal.text($0.lowerBound) })
    line.add("key_limit_hex", finding.keyRange?.upperBound.map { Hexadecimal.text($0) })
    line.add("advice", finding.advice)
    return line
  }

  static func key(_ key: [UInt8]) -> JSONLine {
    var object = JSONLine()
    if let address = try? StateKeyCoding.address(of: key.span) {
      object.add(address)
    } else {
      object.add("key_hex", Hexadecimal.text(key))
    }
    return object
  }
}

extension JSONLine {
  /// Adds the parts of an address.
  mutating func add(_ address: StateAddress) {
    add("source", address.source)
    add(address.scope == .stream ? "stream" : "other", address.name)
  }
}
