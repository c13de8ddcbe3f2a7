import DataSources

/// One line that is drawn over and over at the foot of a terminal.
struct ProgressBar {
  private static let width = 24
  private static let interval = Duration.milliseconds(100)
  private static let eraseLine = "\r\u{1B}[K"

  private let console: Console
  private var lastDrawing: ContinuousClock.Instant?

  init(_ console: Console) { self.console = console }

  /// Draws how far the run is.
  mutating func draw(_ progress: IngestionProgress) {
    if takeTurn() { console.printMessage(Self.eraseLine + text(progress)) }
  }

  /// Draws how much of what was ingested before has been checked.
  mutating func drawCheck(_ byteCount: Int64, of total: Int64) {
    if takeTurn() { console.printMessage(Self.eraseLine + checkText(byteCount, of: total)) }
  }

  /// Whether the line is to be drawn now: not more often than anybody can see.
  private mutating func takeTurn() -> Bool {
    guard console.canRedraw else { return false }
    let now = ContinuousClock.now
    if let lastDrawing, now - lastDrawing < Self.interval { return false }
    lastDrawing = now
    return true
  }

  /// Takes the line away, so that something else can be printed.
  mutating func erase() {
    guard lastDrawing != nil else { return }
    lastDrawing = nil
    console.printMessage(Self.eraseLine)
  }

  private func text(_ progress: IngestionProgress) -> String {
    var parts: [String] = []
    if let fraction = progress.fraction { parts += share(fraction) }
    parts.append(Quantity.plural(progress.rowCount, "row"))
    parts.append("\(Quantity.bytes(Double(progress.byteCount)))")
    parts.append("\(Quantity.bytes(progress.bytesPerSecond))/s")
    if let remaining = progress.estimatedTimeRemaining {
      parts.append("\(Quantity.duration(remaining)) left")
    }
    return parts.joined(separator: "  ")
  }

  private func checkText(_ byteCount: Int64, of total: Int64) -> String {
    let parts =
      ["checking what was ingested before"] + share(Double(byteCount) / Double(total))
      + ["\(Quantity.bytes(Double(byteCount))) of \(Quantity.bytes(Double(total)))"]
    return parts.joined(separator: "  ")
  }

  /// A bar, and the number that it stands for.
  private func share(_ fraction: Double) -> [String] {
    let filled = Int(fraction * Double(Self.width))
    let (done, open) = (
      String(repeating: "█", count: filled), String(repeating: "░", count: Self.width - filled)
    )
    let bar = console.usesColor ? "\u{1B}[32m\(done)\u{1B}[0m\(open)" : done + open
    return [bar, "\(Int(fraction * 100)) %"]
  }
}
