import FileIO
import StateJournal
import Synchronization

/// One line on the terminal that is drawn over and over: share, bytes, records, time to go. Where
/// nobody looks it is a line of its own every ten seconds, for the log of a job.
struct ProgressBar: Sendable {
  private static let interval: Int64 = 100_000_000
  private static let lineInterval: Int64 = 10_000_000_000
  private static let width = 24
  /// A bar that is shorter shows nothing that the share does not say.
  private static let minimumWidth = 6

  private let line: BarLine
  private let label: String
  private let now: @Sendable () -> Int64
  private var start: Int64
  private var lastByteCount: Int64 = 0
  /// Where the step stood at `start`.
  private var startByteCount: Int64 = 0
  private var lastDrawn: Int64
  /// How long the reader of the data had kept us waiting when something was drawn last.
  private var lastWaited: Int64
  /// How much data had been written when it began.
  private var dataCount: Int

  init(
    _ label: String, on line: BarLine, now: @escaping @Sendable () -> Int64 = { MonotonicClock.now }
  ) {
    self.line = line
    self.label = label
    self.now = now
    start = now()
    // What is done in a moment needs no bar.
    lastDrawn = start
    lastWaited = line.waited
    dataCount = line.dataCount
  }

  init(_ label: String, on console: Console) { self.init(label, on: console.barLine) }

  mutating func update(_ progress: InspectionProgress) {
    let now = now()
    // A step has its own pace, from its first piece on: there may have been others before it.
    if progress.byteCount < lastByteCount || lastByteCount == 0 {
      start = now
      startByteCount = progress.byteCount
    }
    lastByteCount = progress.byteCount
    let form = line.form(since: dataCount)
    switch form {
    case .none: return
    case .drawn:
      guard now - lastDrawn >= Self.interval else { return }
    case .lines:
      // Whoever pages through the data is not to find a line in it for each pause.
      guard now - lastDrawn - (line.waited - lastWaited) >= Self.lineInterval else { return }
    }
    lastDrawn = now
    lastWaited = line.waited
    let total = max(progress.totalByteCount, progress.byteCount, 1)
    let share = Double(progress.byteCount) / Double(total)
    var figures =
      "\(Int(share * 100)) %  \(Units.bytes(progress.byteCount)) of \(Units.bytes(total))"
    // Where files are copied as they are, nobody knows what is in them.
    if progress.recordCount > 0 {
      figures += "  \(Units.count(progress.recordCount, "record"))"
    }
    // Before there is a pace, there is nothing to tell the end by.
    let done = progress.byteCount - startByteCount
    if done > 0 {
      let remaining = Double(now - start) * Double(total - progress.byteCount) / Double(done)
      figures += "  \(Units.duration(nanoseconds: Int64(min(remaining, 1e18)))) left"
    }
    if form == .lines {
      line.write("journal-tool: \(label) \(figures)")
    } else {
      line.draw(picture(share, figures))
    }
  }

  /// No wider than the terminal, where what is drawn over has to be one line.
  private func picture(_ share: Double, _ figures: String) -> String {
    let room = line.columns - 1
    let width = min(Self.width, room - label.utf8.count - figures.utf8.count - 4)
    guard width >= Self.minimumWidth else { return String("\(label) \(figures)".prefix(room)) }
    let filled = Int(share * Double(width))
    return "\(label) [" + String(repeating: "#", count: filled)
      + String(repeating: "-", count: width - filled) + "] \(figures)"
  }

  /// Takes the line away.
  func clear() { line.clear() }

  /// Begins anew.
  mutating func restart() { self = ProgressBar(label, on: line, now: now) }
}

/// The bar of a step that says itself when it is over: reading the log to find the state, or walking
/// through the state. It goes away then, before anything else is said, and is there for the next one.
final class StepBar: Sendable {
  private let bar: Mutex<ProgressBar>

  init(_ label: String, on console: Console) { bar = Mutex(ProgressBar(label, on: console)) }

  func update(_ progress: InspectionProgress) {
    bar.withLock { bar in
      if progress.byteCount < progress.totalByteCount {
        bar.update(progress)
      } else {
        bar.clear()
        bar.restart()
      }
    }
  }
}
