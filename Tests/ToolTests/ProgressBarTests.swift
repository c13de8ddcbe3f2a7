import StateJournal
import Synchronization
import Testing

@testable import JournalEngine
@testable import journal_tool

@Suite("A progress bar and data never stand on one line")
struct ProgressBarTests {
  /// A terminal, and a clock that goes when it is told.
  private final class Screen: Sendable {
    private let state = Mutex((text: "", now: Int64(0)))

    var text: String { state.withLock(\.text) }
    var now: Int64 { state.withLock(\.now) }

    func tell(_ text: String) { state.withLock { $0.text += text } }

    func wait(seconds: Double) { state.withLock { $0.now += Int64(seconds * 1e9) } }

    /// What has been told since this was asked last.
    func take() -> String {
      state.withLock { state in
        defer { state.text = "" }
        return state.text
      }
    }

    func line(_ form: BarLine.Form, _ data: BarLine.Data, columns: Int = 80) -> BarLine {
      BarLine(form, data: data, columns: columns) { self.tell($0) }
    }

    func bar(on line: BarLine, label: String = "export") -> ProgressBar {
      ProgressBar(label, on: line) { self.now }
    }
  }

  private func progress(_ megabytes: Int64, of total: Int64 = 100) -> InspectionProgress {
    InspectionProgress(
      byteCount: megabytes << 20, totalByteCount: total << 20, recordCount: Int(megabytes) * 1000)
  }

  @Test("It shows share, bytes, records and the time to go, and leaves nothing behind")
  func figures() {
    let screen = Screen()
    let line = screen.line(.drawn, .apart)
    var bar = screen.bar(on: line)
    bar.update(progress(1))
    #expect(screen.take() == "", "what is done in a moment needs no bar")
    screen.wait(seconds: 30)
    bar.update(progress(25))
    #expect(
      screen.take()
        == "\r\u{1B}[Kexport [###------------] 25 %  25.0 MiB of 100.0 MiB  25,000 records  93 s left"
    )
    bar.clear()
    #expect(screen.take() == "\r\u{1B}[K")
    bar.clear()
    #expect(screen.take() == "")
  }

  @Test("What is not known is not told: the time to go at first, records where nobody counts them")
  func unknown() {
    let screen = Screen()
    var bar = screen.bar(on: screen.line(.drawn, .apart))
    screen.wait(seconds: 30)
    func update(_ megabytes: Int64) {
      bar.update(
        InspectionProgress(
          byteCount: megabytes << 20, totalByteCount: 100 << 20, recordCount: 0))
    }
    update(0)
    #expect(screen.take().hasSuffix("] 0 %  0 B of 100.0 MiB"))
    screen.wait(seconds: 30)
    update(1)
    #expect(screen.take().hasSuffix("] 1 %  1.0 MiB of 100.0 MiB"))
    screen.wait(seconds: 30)
    update(26)
    #expect(screen.take().hasSuffix("] 26 %  26.0 MiB of 100.0 MiB  88 s left"))
  }

  @Test(
    "It is one line of any terminal, since the rest of a longer one would stay on the screen",
    arguments: [20, 40, 60, 80, 120])
  func width(columns: Int) {
    let screen = Screen()
    var bar = screen.bar(on: screen.line(.drawn, .apart, columns: columns), label: "verify-backup")
    bar.update(progress(1, of: 1000 << 10))
    screen.wait(seconds: 10_000)
    bar.update(
      InspectionProgress(
        byteCount: 900 << 30, totalByteCount: 1000 << 30, recordCount: 123_456_789_012))
    let drawn = screen.take().dropFirst("\r\u{1B}[K".count)
    #expect(drawn.utf8.count < columns && drawn.hasPrefix("verify-backup"), "\(drawn)")
    #expect(drawn.contains("[#") == (columns == 120))
  }

  @Test("Data on the terminal takes its place; the next step of the work has a bar again")
  func sameTerminal() {
    let screen = Screen()
    let line = screen.line(.drawn, .sameTerminal)
    var bar = screen.bar(on: line)
    screen.wait(seconds: 1)
    bar.update(progress(1))
    #expect(screen.take().contains("1 %"))
    line.makeWay()
    #expect(screen.take() == "\r\u{1B}[K", "before data is written, the bar is gone")
    line.passed(endsLine: true, in: 0)
    screen.wait(seconds: 1)
    bar.update(progress(2))
    #expect(screen.take() == "")
    bar = screen.bar(on: line)
    screen.wait(seconds: 1)
    bar.update(progress(3))
    #expect(screen.take().contains("3 %"))
    line.makeWay()
    line.passed(endsLine: false, in: 0)
    bar = screen.bar(on: line)
    _ = screen.take()
    screen.wait(seconds: 1)
    bar.update(progress(4))
    #expect(screen.take() == "", "a line that was begun is not drawn over")
  }

  @Test("Data in a file is in nobody's way")
  func apart() {
    let screen = Screen()
    let line = screen.line(.drawn, .apart)
    var bar = screen.bar(on: line)
    for second: Int64 in 1...3 {
      screen.wait(seconds: 1)
      bar.update(progress(second))
      #expect(screen.take().contains("\(second) %"))
      line.makeWay()
      line.passed(endsLine: false, in: 0)
      #expect(screen.take() == "")
    }
  }

  @Test(
    "Behind a pipe it is a whole line for ten seconds of work, and waiting for a reader is none")
  func program() {
    let screen = Screen()
    let line = screen.line(.drawn, .program)
    var bar = screen.bar(on: line)
    screen.wait(seconds: 1)
    bar.update(progress(1))
    #expect(screen.take().hasPrefix("\r\u{1B}[K"))
    line.makeWay()
    _ = screen.take()
    screen.wait(seconds: 60)
    line.passed(endsLine: false, in: 60_000_000_000)
    bar.update(progress(2))
    #expect(screen.take() == "", "somebody reads a page of it")
    screen.wait(seconds: 9)
    bar.update(progress(3))
    #expect(screen.take() == "")
    screen.wait(seconds: 1)
    bar.update(progress(4))
    let told = screen.take()
    #expect(told.hasPrefix("journal-tool: export 4 %  ") && told.hasSuffix(" left\n"))
  }

  @Test("Where nobody looks it is a line every ten seconds, and quiet is quiet")
  func lines() {
    let screen = Screen()
    var bar = screen.bar(on: screen.line(.lines, .apart))
    for _ in 0..<30 {
      screen.wait(seconds: 1)
      bar.update(progress(50))
    }
    #expect(screen.take().split(separator: "\n").count == 3)
    bar.clear()
    #expect(screen.take() == "")
    var quiet = screen.bar(on: screen.line(.none, .apart))
    screen.wait(seconds: 60)
    quiet.update(progress(50))
    #expect(screen.take() == "")
  }
}
