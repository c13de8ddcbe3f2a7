#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where a verb's words go: data to standard output, messages and progress to standard error, both
/// in colour where somebody looks.
struct Console {
  let output: StandardOutput
  /// Where bars are drawn.
  let barLine: BarLine
  /// Whether standard output is coloured.
  let outputStyle: Style
  /// Whether standard error is coloured.
  let messageStyle: Style
  let isQuiet: Bool

  /// - Parameter color: always or never; `nil` goes by terminals and `NO_COLOR` (no-color.org).
  init(color: Bool?, isQuiet: Bool) {
    let environmentAllows =
      Environment.value("NO_COLOR") ?? "" == "" && Environment.value("TERM") != "dumb"
    outputStyle = Style(
      isOn: color ?? (environmentAllows && OutputDescriptor.standardOutput.isTerminal))
    messageStyle = Style(
      isOn: color ?? (environmentAllows && OutputDescriptor.standardError.isTerminal))
    self.isQuiet = isQuiet
    barLine = Self.barLine(isQuiet: isQuiet)
    output = StandardOutput(beside: barLine)
  }

  private static func barLine(isQuiet: Bool) -> BarLine {
    let (output, error) = (OutputDescriptor.standardOutput, OutputDescriptor.standardError)
    let canRedraw = error.isTerminal && Environment.value("TERM") != "dumb"
    return BarLine(
      isQuiet ? .none : canRedraw ? .drawn : .lines,
      data: !error.isTerminal || output.isUnseen
        ? .apart : output.isTerminal ? .sameTerminal : .program,
      columns: TerminalSize.columns(of: error))
  }

  /// Whether standard output is a screen that can be drawn anew.
  var clearsScreen: Bool {
    OutputDescriptor.standardOutput.isTerminal && Environment.value("TERM") != "dumb"
  }

  /// Whether somebody sits there who can be asked.
  var canAsk: Bool { isatty(STDIN_FILENO) == 1 && OutputDescriptor.standardError.isTerminal }

  /// Asks a question that only "y" or "yes" answers with yes.
  func ask(_ question: String) -> Bool {
    output.flush()
    message(question + " [y/N] ")
    guard let answer = readLine()?.lowercased() else {
      // Ctrl-D ends no line.
      message("\n")
      return false
    }
    return answer == "y" || answer == "yes"
  }

  /// Writes to standard error.
  func message(_ text: String) {
    barLine.clear()
    OutputDescriptor.tell(text)
  }

  /// Something that somebody should know though the verb does what it was asked.
  func warning(_ text: String) {
    if isQuiet { return }
    message("journal-tool: \(messageStyle.yellow("warning")): \(Printable.text(text))\n")
  }

  /// Something that belongs to what was printed, and is no data.
  func note(_ text: String) {
    if isQuiet { return }
    output.flush()
    message("journal-tool: \(Printable.text(text))\n")
  }

  func failure(_ failure: ToolFailure) {
    let text = Printable.excerpt(Printable.text(failure.message))
    message("journal-tool: \(messageStyle.red(text))\n")
    message("  next: \(messageStyle.bold(Printable.text(failure.nextCommand)))\n")
  }
}

/// Colours, or none.
struct Style {
  var isOn: Bool

  func bold(_ text: String) -> String { wrap(text, "1") }
  func dim(_ text: String) -> String { wrap(text, "2") }
  func red(_ text: String) -> String { wrap(text, "31") }
  func green(_ text: String) -> String { wrap(text, "32") }
  func yellow(_ text: String) -> String { wrap(text, "33") }

  /// In one of the 256 colours that terminals number.
  func indexed(_ text: String, _ colour: Int) -> String { wrap(text, "38;5;\(colour)") }

  private func wrap(_ text: String, _ code: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// The same for text that is put together from bytes: what goes before and behind it.
  enum Weight {
    case bold
    case dim

    static let end: StaticString = "\u{1B}[0m"

    var start: StaticString {
      switch self {
      case .bold: "\u{1B}[1m"
      case .dim: "\u{1B}[2m"
      }
    }
  }
}

/// The variables of the process.
enum Environment {
  /// The value of a variable; `nil` when it is not set.
  static func value(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
