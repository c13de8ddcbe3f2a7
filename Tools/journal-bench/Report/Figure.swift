/// One thing that was measured, in several rounds, and what it is held against.
struct Figure: Sendable {
  /// What the numbers count.
  enum Unit: String, Sendable {
    case perSecond = "per s"
    case microseconds = "µs"
    case nanoseconds = "ns"
    case milliseconds = "ms"
    case megabytesPerSecond = "MB/s"
    case mebibytes = "MiB"
    case ratio = "×"
    case count = ""

    func text(_ number: Double) -> String {
      let figures = Self.figures(number)
      return rawValue.isEmpty || self == .ratio ? figures : "\(figures) \(rawValue)"
    }

    /// With as many digits as mean something.
    static func figures(_ number: Double) -> String {
      switch number.magnitude {
      case 1000...: TextTable.grouped(number)
      case 100...: TextTable.fixed(number, 0)
      case 10...: TextTable.fixed(number, 1)
      case 0.1...: TextTable.fixed(number, 2)
      default: TextTable.fixed(number, 3)
      }
    }
  }

  /// Something measured in the same rounds: a limit, a reference, a peer.
  struct Comparison: Sendable {
    var name: String
    /// Nil when it could not be measured here.
    var rounds: Rounds?
    /// For our figure divided by this one.
    var goal: Goal?
  }

  var name: String
  var unit: Unit
  var rounds: Rounds
  /// For the figure itself.
  var goal: Goal?
  var beside: [Comparison] = []

  init(_ name: String, _ unit: Unit, _ rounds: Rounds, goal: Goal? = nil) {
    (self.name, self.unit, self.rounds, self.goal) = (name, unit, rounds, goal)
  }

  /// Adds what it is held against.
  mutating func compare(to name: String, _ rounds: Rounds?, goal: Goal? = nil) {
    beside.append(Comparison(name: name, rounds: rounds, goal: goal))
  }

  /// The middle one of the rounds' ratios: a disturbance that lasts a whole round hits both sides.
  func ratio(to other: Comparison) -> Double? { other.rounds.map { rounds.ratios(to: $0).median } }
}
