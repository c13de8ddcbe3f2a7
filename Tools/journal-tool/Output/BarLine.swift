import StateJournal
import Synchronization

/// The line on standard error that bars are drawn on. It knows what data is written meanwhile, so that
/// a bar and data never stand on one line of a terminal.
final class BarLine: Sendable {
  /// What becomes of a bar.
  enum Form {
    /// One line that is drawn over and over.
    case drawn
    /// A line of its own every ten seconds.
    case lines
    case none
  }

  /// Where data goes, as seen from the bar.
  enum Data {
    /// Elsewhere: into a file, or the bar itself is not on a terminal.
    case apart
    /// To the terminal that the bar is on.
    case sameTerminal
    /// To another program, which may show it on that terminal at any time.
    case program
  }

  private struct State {
    var isShown = false
    var dataCount = 0
    var isAtLineStart = true
    var waited: Int64 = 0
  }

  let columns: Int
  private let form: Form
  private let data: Data
  private let tell: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - form: what becomes of a bar that nothing is in the way of.
  ///   - columns: how wide a line that is drawn over may be.
  ///   - tell: writes to standard error.
  init(
    _ form: Form, data: Data, columns: Int = 80,
    tell: @escaping @Sendable (String) -> Void = { OutputDescriptor.tell($0) }
  ) {
    self.form = form
    self.data = data
    self.columns = columns
    self.tell = tell
  }

  /// How often data was written so far.
  var dataCount: Int { state.withLock(\.dataCount) }

  /// How long the reader of the data has kept us waiting, in nanoseconds.
  var waited: Int64 { state.withLock(\.waited) }

  /// What becomes of a bar that was begun when so much data had been written.
  ///
  /// Data on the terminal shows by itself that things go on. Before a program that shows it, whole
  /// lines do not hurt as a line that is drawn over would.
  func form(since dataCount: Int) -> Form {
    let (isDisturbed, isAtLineStart) = state.withLock {
      ($0.dataCount != dataCount, $0.isAtLineStart)
    }
    return switch data {
    case .apart: form
    case .sameTerminal: isDisturbed || !isAtLineStart ? .none : form
    case .program: isDisturbed && form == .drawn ? .lines : form
    }
  }

  /// Draws the line anew.
  func draw(_ text: String) {
    state.withLock { $0.isShown = true }
    tell("\r\u{1B}[K\(text)")
  }

  /// Writes a line that stays.
  func write(_ text: String) { tell(text + "\n") }

  /// Takes the line away, so that nothing is left of it among the messages.
  func clear() {
    let wasShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if wasShown { tell("\r\u{1B}[K") }
  }

  /// Makes way for data that is about to be written.
  func makeWay() {
    if data == .apart { return }
    clear()
    state.withLock { $0.dataCount += 1 }
  }

  /// Takes note of data that has been written.
  func passed(endsLine: Bool, in nanoseconds: Int64) {
    state.withLock { state in
      state.isAtLineStart = endsLine
      state.waited += nanoseconds
    }
  }
}
