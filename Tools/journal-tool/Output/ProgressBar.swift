import FileIO
import StateJournal
import Synchronization

/// One line on the terminal that is drawn over and over: share, bytes, records, time to go. Where
/// nobody looks it is a line of its own every ten seconds, for the log of a job.
struct ProgressBar: Sendable {
  private static let interval: Int64 = 100_000_000
  private static let lineInterval: Int64 = 10_000_000_000
  private static let width = 24

  private let isQuiet: Bool
  /// Whether one line is drawn over and over.
  private let redraws: Bool
  private let label: String
  private var start = MonotonicClock.now
  private var lastByteCount: Int64 = 0
  private var lastDrawn: Int64
  private var isShown = false

  init(_ label: String, on console: Console) {
    isQuiet = console.isQuiet
    redraws = console.showsProgress
    self.label = label
    // What is done in a moment needs no bar.
    lastDrawn = start
  }

  mutating func update(_ progress: InspectionProgress) {
    guard !isQuiet else { return }
    let now = MonotonicClock.now
    // A step that begins from zero has its own pace.
    if progress.byteCount < lastByteCount { start = now }
    lastByteCount = progress.byteCount
    guard now - lastDrawn >= (redraws ? Self.interval : Self.lineInterval) else { return }
    lastDrawn = now
    let total = max(progress.totalByteCount, progress.byteCount, 1)
    let share = Double(progress.byteCount) / Double(total)
    let remaining = share > 0 ? Double(now - start) * (1 - share) / share : 0
    let figures =
      "\(Int(share * 100)) %  \(Units.bytes(progress.byteCount)) of \(Units.bytes(total))  "
      + "\(Units.count(progress.recordCount, "record"))  "
      + "\(Units.duration(nanoseconds: Int64(min(remaining, 1e18)))) left"
    guard redraws else {
      OutputDescriptor.tell("journal-tool: \(label) \(figures)\n")
      return
    }
    isShown = true
    let filled = Int(share * Double(Self.width))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
    OutputDescriptor.tell("\r\u{1B}[K\(label) [\(bar)] \(figures)")
  }

  /// Takes the line away, so that nothing is left of it among the messages.
  mutating func clear() {
    if isShown { OutputDescriptor.tell("\r\u{1B}[K") }
    isShown = false
  }
}

/// The bar of whatever reads the log to find the state. It goes away by itself when all of it has
/// been read, before anything else is said.
final class OpeningBar: Sendable {
  private let bar: Mutex<ProgressBar>

  init(on console: Console) { bar = Mutex(ProgressBar("open", on: console)) }

  func update(_ progress: InspectionProgress) {
    bar.withLock { bar in
      let isDone = progress.byteCount >= progress.totalByteCount
      if isDone { bar.clear() } else { bar.update(progress) }
    }
  }

  /// Takes the line away where an opening failed.
  func clear() { bar.withLock { $0.clear() } }
}
