import FileIO
import StateJournal

/// One line on the terminal that is drawn over and over: share, bytes, records, time to go. Where
/// nobody looks it is a line of its own every ten seconds, for the log of a job.
struct ProgressBar {
  private static let interval: Int64 = 100_000_000
  private static let lineInterval: Int64 = 10_000_000_000
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
    guard !console.isQuiet else { return }
    let now = MonotonicClock.now
    guard now - lastDrawn >= (console.showsProgress ? Self.interval : Self.lineInterval) else {
      return
    }
    lastDrawn = now
    let total = max(progress.totalByteCount, progress.byteCount, 1)
    let share = Double(progress.byteCount) / Double(total)
    let remaining = share > 0 ? Double(now - start) * (1 - share) / share : 0
    let figures =
      "\(Int(share * 100)) %  \(Units.bytes(progress.byteCount)) of \(Units.bytes(total))  "
      + "\(Units.count(progress.recordCount, "record"))  "
      + "\(Units.duration(nanoseconds: Int64(min(remaining, 1e18)))) left"
    guard console.showsProgress else {
      console.message("journal-tool: \(label) \(figures)\n")
      return
    }
    isShown = true
    let filled = Int(share * Double(Self.width))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
    console.message("\r\u{1B}[K\(label) [\(bar)] \(figures)")
  }

  /// Takes the line away, so that nothing is left of it among the messages.
  mutating func clear() {
    if isShown { console.message("\r\u{1B}[K") }
    isShown = false
  }
}
