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

  init(_ map: StoreMap, colouring: MapVerb.Colouring, console: Console) {
    self.map = map
    self.colouring = colouring
    output = console.output
    style = console.outputStyle
    sources = Array(MapSources.ranked(map).prefix(Self.sourceColours.count))
  }

  func write() {
    for file in map.files { output.write(title(of: file) + "\n  " + bar(of: file) + "\n") }
    output.write("\n" + legend)
  }

  private func title(of file: StoreMap.File) -> String {
    let info = file.info
    var text = style.bold(info.kind == .snapshot ? "snapshot" : "segment ") + "  "
    text += Units.commits(info.first, info.last) ?? "no commits"
    text += ", " + Units.bytes(info.byteCount ?? 0)
    if map.isLiveKnown, file.entryByteCount > 0 {
      let share = Double(file.liveByteCount) / Double(file.entryByteCount)
      text += ", \(Int((min(1, share) * 100).rounded())) % in force"
    }
    return text + (info.isSuperseded ? style.dim(", superseded") : "")
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
    var text =
      map.isLiveKnown
      ? "█ in force  ▓ ▒ ░ more and more overwritten since"
      : "█ written (what is in force cannot be read)"
    text += "  · laid out ahead"
    text += "  \(style.yellow("T")) torn  \(style.red("X")) damaged\n"
    let colours: [(name: String, colour: Int)] =
      switch colouring {
      case .source:
        zip(sources, Self.sourceColours).map { (Printable.name($0), $1) }
          + [("other sources", Self.otherColour), (MapSources.none, Self.nobodysColour)]
      case .age: Self.ages.map { ($0.hours == .max ? $0.name : "within \($0.name)", $0.colour) }
      }
    if style.isOn {
      text += colours.map { style.indexed("■", $0.colour) + " " + $0.name }.joined(separator: "  ")
    } else {
      text += "sources, most bytes first: "
      text += sources.isEmpty ? "none" : sources.map(Printable.name).joined(separator: ", ")
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
