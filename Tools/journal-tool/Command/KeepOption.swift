import StateJournal

/// How much of the past `--keep` asks for: `2` generations, `7d` of time, or `1GiB`.
struct KeepOption {
  static let option = Verb.Option(
    "--keep", value: "HOW",
    help: "the past to keep: 2 (generations; default 1), 7d, 12h, or 1GiB")

  /// Generations of superseded files that stay in any case.
  var generationCount = 1
  /// What stays beyond these.
  var history: RetainedHistory?

  init(_ arguments: Arguments) throws(ToolFailure) {
    guard let text = arguments.value("--keep") else { return }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text[digits.endIndex...]
    guard let number = Int64(digits), let known = Self.units[String(unit)] else {
      throw Self.bad(text, arguments)
    }
    switch known {
    case .generations:
      guard number <= 1_000_000 else { throw Self.bad(text, arguments) }
      generationCount = Int(number)
    case .seconds(let factor):
      let (seconds, overflow) = number.multipliedReportingOverflow(by: factor)
      if overflow { throw Self.bad(text, arguments) }
      history = .duration(.seconds(seconds))
    case .bytes(let factor):
      let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
      if overflow { throw Self.bad(text, arguments) }
      history = .bytes(bytes)
    }
  }

  private enum Unit {
    case generations
    case seconds(Int64)
    case bytes(Int64)
  }

  private static let units: [String: Unit] = [
    "": .generations, "s": .seconds(1), "m": .seconds(60), "h": .seconds(3_600),
    "d": .seconds(86_400), "w": .seconds(604_800), "B": .bytes(1), "KiB": .bytes(1 << 10),
    "MiB": .bytes(1 << 20), "GiB": .bytes(1 << 30), "TiB": .bytes(1 << 40),
  ]

  private static func bad(_ text: String, _ arguments: Arguments) -> ToolFailure {
    arguments.usage(
      "--keep takes generations (2), a duration (30m, 12h, 7d, 4w) or a size (500MiB, 1GiB), not"
        + " \"\(text)\"")
  }

  /// For people: "1 generation", "the last 7 days".
  var text: String {
    switch history {
    case .duration(let duration)?:
      "the last " + Self.text(seconds: duration.components.seconds)
    case .bytes(let count)?: Units.bytes(count) + " of the past"
    case nil: Units.count(generationCount, "generation")
    }
  }

  /// In the longest unit of which it is a whole number.
  private static func text(seconds: Int64) -> String {
    for (length, name): (Int64, String) in [(86_400, "day"), (3_600, "hour"), (60, "minute")]
    where seconds > 0 && seconds % length == 0 {
      return Units.count(seconds / length, name)
    }
    return Units.count(seconds, "second")
  }

  /// Adds what is kept to a line.
  func add(to line: inout JSONLine) {
    line.add("kept_generations", generationCount)
    switch history {
    case .duration(let duration)?: line.add("kept_seconds", duration.components.seconds)
    case .bytes(let count)?: line.add("kept_bytes", count)
    case nil: break
    }
  }
}
