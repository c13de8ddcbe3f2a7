import StateJournal

/// A map as one page that loads nothing from anywhere: SVG, a style sheet and a few lines of script.
struct MapPage {
  /// Into how many stretches the largest file is divided: so many that a page of many files is no
  /// burden to a browser.
  static func cellCount(forFileCount count: Int) -> Int {
    max(20, min(400, 12_000 / max(1, count)))
  }

  private static let sourceColours = [
    "#2f7ed8", "#e8762d", "#4caf50", "#c13fb5", "#c9a400", "#1aa6b7", "#d6455d", "#7a5fd0",
  ]
  private static let otherColour = "#8a8f98"
  private static let nobodysColour = "#c3c8d0"
  private static let width = 1000

  private let map: StoreMap
  private let activity: StateActivity
  private let directory: String
  private let now: Int64
  private let sources: [String]
  private let hasOthers: Bool

  init(_ map: StoreMap, _ activity: StateActivity, directory: String, now: Int64) {
    self.map = map
    self.activity = activity
    self.directory = directory
    self.now = now
    let ranked = MapSources.ranked(map)
    sources = Array(ranked.prefix(Self.sourceColours.count))
    hasOthers = ranked.count > sources.count
  }

  var text: String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(Self.escaped(directory)) - State Journal</title>
    <style>\(MapPageAssets.style)</style></head>
    <body data-by="source">
    <h1>\(Self.escaped(directory))</h1>
    <p class="facts">\(facts)</p>
    <h2>Files</h2>
    <p class="choice">Colour by
    <button data-by="source">source</button><button data-by="age">age</button><button \
    data-by="force">what is in force</button></p>
    \(files)
    \(legend)
    \(findings)
    <h2>Timeline</h2>
    \(MapTimeline(map).commits)
    <h2>Growth</h2>
    \(MapTimeline(map).growth)
    <h2>Busiest streams and keys</h2>
    \(busiest)
    <p class="facts">Drawn \(Units.time(nanoseconds: now)) by \(Help.version).</p>
    <div id="tip" hidden></div>
    <script>\(MapPageAssets.script)</script>
    </body></html>

    """
  }

  private var facts: String {
    var facts: [String] = []
    if let store = map.status.store { facts.append("store <code>\(store)</code>") }
    if let last = map.status.recovery?.lastSequence {
      facts.append("last commit <b>\(Units.count(last.rawValue))</b>")
    }
    if let time = map.status.lastCommitTime {
      facts.append("made \(Units.time(nanoseconds: time))")
    }
    facts.append("\(Units.bytes(map.status.liveByteCount)) in use")
    facts.append("\(Units.bytes(map.status.supersededByteCount)) kept besides")
    facts.append("\(Units.count(activity.commitCount, "commit")) in the log")
    return facts.joined(separator: " · ")
  }

  private var files: String {
    let step = Double(Self.width) / Double(map.files.map(\.cells.count).max() ?? 1)
    return map.files.map { file in
      let info = file.info
      var title = "\(info.kind.rawValue) <code>\(Self.escaped(info.name))</code> "
      title += "\(Units.commits(info.first, info.last) ?? "no commits"), "
      title += Units.bytes(info.byteCount ?? 0)
      if info.isSuperseded { title += " <i>superseded</i>" }
      let cells = file.cells.enumerated().map { index, cell in
        rectangle(cell, of: file, at: Double(index) * step, width: step)
      }.joined()
      return """
        <div class="file\(info.isSuperseded ? " old" : "")"><div>\(title)</div>
        <svg viewBox="0 0 \(Self.width) 22" preserveAspectRatio="none">\(cells)</svg></div>

        """
    }.joined()
  }

  private func rectangle(
    _ cell: StoreMap.Cell, of file: StoreMap.File, at x: Double, width: Double
  ) -> String {
    let source = colour(of: cell.source)
    let age = ageColour(cell.lastTime ?? file.createdAt)
    let force = map.isLiveKnown ? forceColour(share: cell.liveShare) : Self.otherColour
    let tip = Self.escaped(describe(cell, of: file)).split(separator: "\n").joined(
      separator: "&#10;")
    return "<rect class=\"\(cell.content.rawValue)\" x=\"\(Self.number(x))\" y=\"0\" "
      + "width=\"\(Self.number(width + 0.1))\" height=\"22\" "
      + "style=\"--s:\(source);--a:\(age);--f:\(force)\" data-tip=\"\(tip)\"/>"
  }

  private func describe(_ cell: StoreMap.Cell, of file: StoreMap.File) -> String {
    var text = "\(cell.content.rawValue) at offset \(Units.count(cell.offset)), "
    text += Units.bytes(cell.byteCount)
    if let commits = Units.commits(cell.first, cell.last) {
      text += "\n\(commits)"
      if let time = cell.lastTime { text += ", until \(Units.time(nanoseconds: time))" }
    } else if let time = file.createdAt {
      text += "\nmade \(Units.time(nanoseconds: time))"
    }
    if let source = cell.source {
      text += "\nmostly \(Printable.name(source))"
    } else if cell.content == .records {
      text += "\n" + MapSources.none
    }
    if map.isLiveKnown, cell.entryByteCount > 0 {
      text += "\n\(Int(cell.liveShare * 100)) % in force"
    }
    return text
  }

  private func colour(of source: String?) -> String {
    guard let source else { return Self.nobodysColour }
    return sources.firstIndex(of: source).map { Self.sourceColours[$0] } ?? Self.otherColour
  }

  /// From green for the last hour to brown for the years before, on a scale of logarithms.
  private func ageColour(_ time: Int64?) -> String {
    guard let time else { return Self.otherColour }
    var hours = max(0, now - time) / 3_600_000_000_000
    var steps = 0
    while hours > 0, steps < 13 {
      hours /= 2
      steps += 1
    }
    return "hsl(\(140 - steps * 9) 60% \(46 - steps)%)"
  }

  private func forceColour(share: Double) -> String {
    "hsl(210 \(20 + Int(share * 60))% \(78 - Int(share * 38))%)"
  }

  private var legend: String {
    var text = "<p class=\"legend by-source\">"
    for (source, colour) in zip(sources, Self.sourceColours) {
      text += Self.swatch(colour) + Self.escaped(Printable.name(source)) + " "
    }
    if hasOthers { text += Self.swatch(Self.otherColour) + "other sources " }
    text += Self.swatch(Self.nobodysColour) + MapSources.none + "</p><p class=\"legend by-age\">"
    for (hours, name) in [
      (0, "within the hour"), (23, "a day"), (167, "a week"), (720, "a month"), (8760, "a year"),
    ] {
      text += Self.swatch(ageColour(now - Int64(hours) * 3_600_000_000_000)) + name + " "
    }
    text += "</p><p class=\"legend by-force\">"
    for (share, name) in [(100, "in force"), (50, "half of it"), (0, "overwritten since")] {
      text += Self.swatch(forceColour(share: Double(share) / 100)) + name + " "
    }
    return text + "</p><p class=\"legend\">" + Self.swatch("var(--empty)") + "laid out ahead "
      + Self.swatch("var(--torn)") + "torn " + Self.swatch("var(--damaged)") + "damaged</p>\n"
  }

  private static func swatch(_ colour: String) -> String {
    "<i class=\"swatch\" style=\"background:\(colour)\"></i>"
  }

  private var findings: String {
    guard !map.findings.isEmpty else { return "" }
    let rows = map.findings.prefix(50).map { finding in
      "<li>" + Self.escaped(FindingOutput.text(finding, style: Style(isOn: false))) + "</li>"
    }
    return "<h2>Found</h2><ul class=\"found\">" + rows.joined() + "</ul>"
  }

  private var busiest: String {
    let most = max(1, activity.objects.map(\.tally.updateCount).max() ?? 1)
    let rows = activity.objects.map { object in
      let tally = object.tally
      let share = Double(tally.updateCount) / Double(most) * 100
      return "<tr><td><code>\(Self.escaped(object.address.text))</code></td>"
        + "<td class=\"n\">\(Units.count(tally.updateCount))</td>"
        + "<td class=\"n\">\(Units.bytes(tally.byteCount))</td>"
        + "<td>\(tally.lastTime.map { Units.time(nanoseconds: $0) } ?? "")</td>"
        + "<td class=\"bar\"><div style=\"width:\(Self.number(share))%;background:"
        + "\(colour(of: object.address.source))\"></div></td></tr>"
    }
    return "<table><tr><th>address</th><th>updates</th><th>bytes</th><th>last</th><th></th></tr>"
      + rows.joined(separator: "\n") + "</table>"
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in Printable.lines(text).unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// A coordinate with two digits behind the point.
  static func number(_ value: Double) -> String {
    let hundredths = Int64((max(-1e12, min(value, 1e12)) * 100).rounded())
    let fraction = String(abs(hundredths % 100))
    return "\(hundredths < 0 ? "-" : "")\(abs(hundredths / 100))."
      + (fraction.count < 2 ? "0" : "") + fraction
  }
}
