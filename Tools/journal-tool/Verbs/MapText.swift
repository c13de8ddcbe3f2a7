import FileIO
import StateJournal

/// A map for a terminal: a bar for each file, all to the same scale.
struct MapText {
  private static let sourceColours = [39, 208, 76, 201, 226, 51]
  private static let otherColour = 245
  private static let nobodysColour = 240
  /// Ages up to so many hours, the youngest first, and their colours.
  private static let ages: [(hours: Int64, name: String, colour: Int)] = [
    (1, "an hour", 46), (24, "a day", 118), (7 * 24, "a week", 190), (30 * 24, "a month", 214),
    (.max, "older", 130),
  ]

  private let map: StoreMap
  private let colouring: MapVerb.Colouring
  private let output: StandardOutput
  private let style: Style
  private let now = WallClock.now
  /// The sources that have colours of their own, most bytes first.
  private let sources: [String]
  /// Whether there are more.
  private let hasOthers: Bool

  private let width: Int

  /// - Parameter width: how many columns there are.
  init(_ map: StoreMap, colouring: MapVerb.Colouring, width: Int, console: Console) {
    self.map = map
    self.width = width
    self.colouring = colouring
    output = console.output
    style = console.outputStyle
    let ranked = MapSources.ranked(map)
    sources = Array(ranked.prefix(Self.sourceColours.count))
    hasOthers = ranked.count > sources.count
  }

  func write() {
    for file in map.files { output.write(title(of: file) + "\n  " + bar(of: file) + "\n") }
    output.write("\n" + legend)
  }

  private func title(of file: StoreMap.File) -> String {
    let info = file.info
    var text = style.bold(info.kind == .snapshot ? "snapshot" : "segment ") + "  "
    text += commits(in: info)
    text += ", " + Units.bytes(info.byteCount ?? 0)
    if map.isLiveKnown, file.entryByteCount > 0 {
      let share = Double(file.liveByteCount) / Double(file.entryByteCount)
      text += ", \(Int((min(1, share) * 100).rounded())) % in force"
    }
    return text + (info.isSuperseded ? style.dim(", superseded") : "")
  }

  private func commits(in info: JournalStatus.FileInfo) -> String {
    if let first = info.first, let last = info.last, last < first { return "no commit yet" }
    return Units.commits(info.first, info.last) ?? "no commits"
  }

  private func bar(of file: StoreMap.File) -> String {
    file.cells.map { cell in
      switch cell.content {
      case .unwritten: style.dim("·")
      case .torn: style.yellow("T")
      case .damaged: style.red("X")
      case .records: style.indexed(shade(cell), colour(of: cell, in: file))
      }
    }.joined()
  }

  private func shade(_ cell: StoreMap.Cell) -> String {
    switch map.isLiveKnown ? cell.liveShare : 1 {
    case 0.75...: "█"
    case 0.5...: "▓"
    case 0.25...: "▒"
    default: "░"
    }
  }

  private func colour(of cell: StoreMap.Cell, in file: StoreMap.File) -> Int {
    switch colouring {
    case .source:
      guard let source = cell.source else { return Self.nobodysColour }
      return sources.firstIndex(of: source).map { Self.sourceColours[$0] } ?? Self.otherColour
    case .age:
      guard let time = cell.lastTime ?? file.createdAt else { return Self.otherColour }
      let hours = max(0, now - time) / 3_600_000_000_000
      return Self.ages.first { hours < $0.hours }?.colour ?? Self.otherColour
    }
  }

  private var legend: String {
    let shades =
      map.isLiveKnown
      ? [("█", "in force"), ("▓ ▒ ░", "more and more overwritten since")]
      : [("█", "written (what is in force cannot be read)")]
    let text = lines(
      shades + [("·", "laid out ahead"), (style.yellow("T"), "torn"), (style.red("X"), "damaged")])
    if style.isOn { return text + lines(colours.map { (style.indexed("■", $1), $0) }) }
    let names = sources.isEmpty ? "none" : sources.map(Printable.name).joined(separator: ", ")
    return text + "sources, most bytes first: \(names)\n"
  }

  private var colours: [(name: String, colour: Int)] {
    switch colouring {
    case .source:
      let named = zip(sources, Self.sourceColours).map { (name: Printable.name($0), colour: $1) }
      let others = hasOthers ? [(name: "other sources", colour: Self.otherColour)] : []
      return named + others + [(name: MapSources.none, colour: Self.nobodysColour)]
    case .age:
      return Self.ages.map { ($0.hours == .max ? $0.name : "within \($0.name)", $0.colour) }
    }
  }

  /// Signs with their meanings, as many on a line as there is room for. A sign may have a colour, which
  /// takes no room.
  private func lines(_ entries: [(sign: String, meaning: String)]) -> String {
    var text = ""
    var column = 0
    for (sign, meaning) in entries {
      // All signs but that of the shades are one column wide.
      let needed = (sign.hasPrefix("▓") ? 5 : 1) + 1 + meaning.count
      if column > 0 {
        let fits = column + 2 + needed <= width
        text += fits ? "  " : "\n"
        column = fits ? column + 2 : 0
      }
      text += sign + " " + meaning
      column += needed
    }
    return text + "\n"
  }
}

enum MapSources {
  /// What cells are called that hold nothing of any source.
  static let none = "no source: session notes, labels"

  /// The sources in the map, those of most cells' bytes first.
  static func ranked(_ map: StoreMap) -> [String] {
    var byteCounts: [String: Int64] = [:]
    for file in map.files {
      for cell in file.cells {
        if let source = cell.source { byteCounts[source, default: 0] += cell.entryByteCount }
      }
    }
    return byteCounts.sorted { left, right in
      left.value == right.value ? left.key < right.key : left.value > right.value
    }.map(\.key)
  }
}
