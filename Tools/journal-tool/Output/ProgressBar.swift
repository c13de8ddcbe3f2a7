import FileIO
import StateJournal

/// One line on the terminal that is drawn over and over: share, bytes, records, time to go.
struct ProgressBar {
  private static let interval: Int64 = 100_000_000
  private static let width = 24

  private let console: Console
  private let label: String
  private let start = MonotonicClock.now
  private var lastDrawn: Int64
  private var isShown = false

  init(_ label: String, on console: Console) {
    self.console = console
    self.label = label
    // What is done in a moment needs no bar.
    lastDrawn = start
  }

  mutating func update(_ progress: InspectionProgress) {
    guard console.showsProgress else { return }
    let now = MonotonicClock.now
    guard now - lastDrawn >= Self.interval else { return }
    lastDrawn = now
    isShown = true
    let total = max(progress.totalByteCount, progress.byteCount, 1)
    let share = Double(progress.byteCount) / Double(total)
    let filled = Int(share * Double(Self.width))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
    let remaining = share > 0 ? Double(now - start) * (1 - share) / share : 0
    console.message(
      "\r\u{1B}[K\(label) [\(bar)] \(Int(share * 100)) %  \(Units.bytes(progress.byteCount)) of "
        + "\(Units.bytes(total))  \(Units.count(progress.recordCount, "record"))  "
        + "\(Units.duration(nanoseconds: Int64(remaining))) left")
  }

  /// Takes the line away, so that nothing is left of it among the messages.
  mutating func clear() {
    if isShown { console.message("\r\u{1B}[K") }
    isShown = false
  }
}
