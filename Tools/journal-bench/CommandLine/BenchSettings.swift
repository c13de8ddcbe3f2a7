/// What the command line says about a measurement; where it says nothing, each cell has what suits
/// it.
struct BenchSettings {
  var directory = "."
  var valueByteCount = 100
  var isJSON = false
  private var rounds: Int?
  private var secondsPerRound: Double?
  private var streams: [Int]?
  private var updates: Int?
  private var writers: [Int]?

  static let optionNames = [
    "--dir", "--rounds", "--seconds", "--streams", "--updates", "--value-bytes", "--writers",
  ]

  init(_ options: BenchOptions) throws {
    directory = options.text("--dir") ?? "."
    valueByteCount = try options.number("--value-bytes", default: 100, in: 1...1_000_000)
    isJSON = options.has("--json")
    rounds = try options.number("--rounds", in: 1...100)
    secondsPerRound = try options.seconds("--seconds")
    streams = try options.numbers("--streams", in: 1...99_999_999)
    updates = try options.number("--updates", in: 1...1_000_000_000)
    writers = try options.numbers("--writers", in: 1...4096)
  }

  /// A race with as many rounds, of as many seconds, as were asked for, or else these.
  func race(_ name: String, rounds: Int, seconds: Double) -> Race {
    Race(
      name, roundCount: roundCount(default: rounds), seconds: self.seconds(default: seconds))
  }

  func roundCount(default standard: Int) -> Int { rounds ?? standard }
  func seconds(default standard: Double) -> Double { secondsPerRound ?? standard }
  func updateCount(default standard: Int) -> Int { updates ?? standard }
  func writerCounts(default standard: [Int]) -> [Int] { writers ?? standard }
  func streamCounts(default standard: [Int]) -> [Int] { streams ?? standard }

  /// For a cell that knows only one number of streams.
  func streamCount(default standard: Int) -> Int { streams?.first ?? standard }
}
