import DataSources
import StateJournal
import Synchronization

/// Tells the user what happens in a run, and in the end what came of it.
final class IngestReport: Sendable {
  /// The most skipped rows of a run that are shown one by one.
  private static let maximumShownSkipCount = 10

  private struct State {
    var bar: ProgressBar
    var skippedRowCount = 0
    /// What is said behind the summary, of which file or directory.
    var remarks: [(subject: String, text: String)] = []
    /// The streams whose beginning was told: in a watch they begin again and again.
    var announced: Set<StateAddress> = []
    /// The files that are being checked: how much of them is, and is to be.
    var checks: [String: (byteCount: Int64, of: Int64)] = [:]

    /// Keeps the last remark of each subject: in a watch there may be many.
    mutating func remark(_ text: String, of subject: String) {
      remarks.removeAll { $0.subject == subject }
      remarks.append((subject, text))
    }
  }

  private let console: Console
  private let isQuiet: Bool
  private let state: Mutex<State>

  init(_ console: Console, isQuiet: Bool) {
    self.console = console
    self.isQuiet = isQuiet
    state = Mutex(State(bar: ProgressBar(console)))
  }

  func handle(_ event: IngestionEvent) {
    state.withLock { state in
      switch event {
      case .streamStarted(let stream, let after):
        guard let offset = after["offset"]?.int, let rows = after["rows"]?.int,
          state.announced.insert(stream).inserted
        else { return }
        say(
          "resuming \(stream.name) behind row \(Quantity.count(rows)) (byte \(Quantity.count(offset)))",
          &state)
      case .retrying(_, _, let retry, let delay, let error):
        say("\(error.message); retry \(retry) in \(Quantity.duration(delay))", &state)
      case .committed(let progress):
        if !isQuiet { state.bar.draw(progress) }
      case .streamEnded(_, .failed(let error)), .sourceLeftOut(let error):
        complain(error.message, &state)
      case .streamEnded: break
      }
    }
  }

  func handle(_ notice: FileNotice) {
    state.withLock { state in
      switch notice {
      case .skipped(_, let text):
        state.skippedRowCount += 1
        switch state.skippedRowCount {
        case ...Self.maximumShownSkipCount: say("skipped \(text)", &state)
        case Self.maximumShownSkipCount + 1: say("skipped more, which are only counted", &state)
        default: break
        }
      case .undecodableNames(let directory, let count):
        let word = Shell.quoted(directory)
        state.remark(
          "\(Quantity.plural(count, "name")) in \(directory) left out, not being UTF-8; to see and "
            + "rename: ls -b \(word)\n", of: directory)
      case .checked(let file, let byteCount, let total):
        state.checks[file] = byteCount < total ? (byteCount, total) : nil
        drawChecks(&state)
      case .otherFile(let file, let byteCount):
        say(
          "\(file) is another file than before, restored or copied back perhaps; its first "
            + "\(Quantity.plural(byteCount, "byte")) are the same, so it takes the place of the former",
          &state)
      case .heldBack(let file, let line, let byteCount):
        state.remark(
          "\(file):\(line): \(Quantity.plural(byteCount, "byte")) held back until the row ends with "
            + "a line feed; if the file is complete as it is, run with --final (in a configuration "
            + "\"final\": true)\n", of: file)
      case .incomplete(let file):
        state.remark("\(file) is not complete yet and was left for later\n", of: file)
      case .begunAnew(let log, let byteCount):
        say(
          "\(log): what was read of it, \(Quantity.plural(byteCount, "byte")), is nowhere any more; it "
            + "begins anew with the oldest file that is there",
          &state)
      }
    }
  }

  /// An error that ends the run.
  func fail(_ message: String) {
    state.withLock { complain(message, &$0) }
  }

  /// What came of the run.
  func finish(_ summary: IngestionSummary, counting unit: IngestPlan.Unit) {
    state.withLock { state in
      state.bar.erase()
      if isQuiet { return }
      console.printOutput(Self.text(summary, unit, skippedRowCount: state.skippedRowCount))
      for remark in state.remarks { console.printOutput(remark.text) }
    }
  }

  private func drawChecks(_ state: inout State) {
    if isQuiet { return }
    if state.checks.isEmpty { return state.bar.erase() }
    let (byteCount, total) = state.checks.values.reduce((0, 0)) {
      ($0.0 + $1.byteCount, $0.1 + $1.of)
    }
    state.bar.drawCheck(byteCount, of: total)
  }

  private func say(_ message: String, _ state: inout State) {
    if isQuiet { return }
    state.bar.erase()
    console.printMessage("\(message)\n")
  }

  private func complain(_ message: String, _ state: inout State) {
    state.bar.erase()
    console.printMessage("ingest: \(message)\n")
  }

  static func text(
    _ summary: IngestionSummary, _ unit: IngestPlan.Unit, skippedRowCount: Int
  ) -> String {
    var text = ""
    let changed = summary.streams.filter { $0.byteCount > 0 }
    func name(_ stream: IngestionSummary.Stream) -> String {
      unit == .file ? stream.address.name : "\(stream.address.source)/\(stream.address.name)"
    }
    let width = changed.map { name($0).count }.max() ?? 0
    for stream in changed {
      let name = name(stream)
      let padding = String(repeating: " ", count: width - name.count)
      text += "\(name)\(padding)  \(Quantity.plural(stream.rowCount, "row"))"
      text += ", \(Quantity.bytes(Double(stream.byteCount)))\n"
    }
    let progress = summary.progress
    if !changed.isEmpty {
      text += "\(Quantity.plural(progress.rowCount, "row")) from "
      text +=
        "\(Quantity.plural(changed.count, unit.rawValue)) in \(Quantity.duration(progress.elapsed))"
      text += " (\(Quantity.bytes(progress.bytesPerSecond))/s, "
      text += "\(Quantity.plural(progress.commitCount, "commit")))\n"
    }
    let failedCount = summary.failedStreamCount
    if failedCount > 0 {
      text += "\(Quantity.plural(failedCount, unit.rawValue)) stopped by an error\n"
    }
    if skippedRowCount > 0 {
      text += "\(Quantity.plural(skippedRowCount, "malformed row")) skipped\n"
    }
    if summary.wasInterrupted {
      text += "interrupted: everything above is committed, run again to go on\n"
    } else if summary.streams.isEmpty {
      text += unit == .file ? "there are no *.csv files\n" : "there are no streams\n"
    } else if changed.isEmpty, failedCount == 0 {
      text += "nothing new in \(Quantity.plural(summary.streams.count, unit.rawValue))\n"
    }
    return text
  }
}

extension IngestionSummary {
  /// Streams that an error stopped.
  var failedStreamCount: Int {
    streams.count { stream in
      if case .failed = stream.outcome { true } else { false }
    }
  }
}
