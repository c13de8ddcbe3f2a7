import DataSources

/// One line that is drawn over and over at the foot of a terminal.
struct ProgressBar {
  private static let width = 24
  private static let interval = Duration.milliseconds(100)
  private static let eraseLine = "\r\u{1B}[K"

  private let console: Console
  private var lastDrawing: Duration?

  init(_ console: Console) { self.console = console }

  /// Draws the line anew, though not more often than anybody can see.
  mutating func draw(_ progress: IngestionProgress) {
    guard console.canRedraw else { return }
    if let lastDrawing, progress.elapsed - lastDrawing < Self.interval { return }
    lastDrawing = progress.elapsed
    console.printMessage(Self.eraseLine + text(progress))
  }

  /// Takes the line away, so that something else can be printed.
  mutating func erase() {
    guard lastDrawing != nil else { return }
    lastDrawing = nil
    console.printMessage(Self.eraseLine)
  }

  private func text(_ progress: IngestionProgress) -> String {
    var parts: [String] = []
    if let fraction = progress.fraction {
      let filled = Int(fraction * Double(Self.width))
      let (done, open) = (
        String(repeating: "█", count: filled), String(repeating: "░", count: Self.width - filled)
      )
      parts.append(console.usesColor ? "\u{1B}[32m\(done)\u{1B}[0m\(open)" : done + open)
      parts.append("\(Int(fraction * 100)) %")
    }
    parts.append(Quantity.plural(progress.rowCount, "row"))
    parts.append("\(Quantity.bytes(Double(progress.byteCount)))")
    parts.append("\(Quantity.bytes(progress.bytesPerSecond))/s")
    if let remaining = progress.estimatedTimeRemaining {
      parts.append("\(Quantity.duration(remaining)) left")
    }
    return parts.joined(separator: "  ")
  }
}
