import StateJournal
import ToolSupport

/// Measures contenders in turns, round by round, so that what disturbs a noisy machine disturbs all
/// of them alike. Each round goes the other way round than the one before it: what follows a heavy
/// writer pays for its pages.
struct Race {
  /// The rounds of one contender.
  struct Lane {
    var perSecond = Rounds()
    var medianMicroseconds = Rounds()
    var p99Microseconds = Rounds()
    var cpuMicroseconds = Rounds()

    mutating func add(_ sample: Sample) {
      perSecond.add(sample.perSecond)
      medianMicroseconds.add(sample.medianMicroseconds)
      p99Microseconds.add(sample.p99Microseconds)
      cpuMicroseconds.add(sample.cpuMicroseconds)
    }
  }

  private let name: String
  private let roundCount: Int
  private let seconds: Double
  private var contenders: [any Contender] = []

  init(_ name: String, roundCount: Int, seconds: Double) {
    (self.name, self.roundCount, self.seconds) = (name, roundCount, seconds)
  }

  /// Returns the number of its lane; nil for one that is not there, whose lane is nil too.
  mutating func add(_ contender: (any Contender)?) -> Int? {
    guard let contender else { return nil }
    contenders.append(contender)
    return contenders.count - 1
  }

  /// Adds one whose calls the system may not have; nil where it has not.
  mutating func addIfAvailable(_ make: () throws -> any Contender) throws -> Int? {
    do {
      return add(try make())
    } catch is RawFile.Unavailable {
      return nil
    }
  }

  /// Runs all rounds, then checks what every contender left.
  func run() throws -> Lanes {
    var lanes = [Lane](repeating: Lane(), count: contenders.count)
    for round in 1...roundCount {
      StandardStream.note("\(name): round \(round) of \(roundCount)", by: "journal-bench")
      let order = round % 2 == 1 ? Array(contenders.indices) : contenders.indices.reversed()
      for index in order {
        lanes[index].add(try contenders[index].run(round: round, seconds: seconds))
      }
    }
    for contender in contenders { try contender.finish() }
    return Lanes(lanes: lanes)
  }

  /// The lanes by the numbers that ``add(_:)`` gave.
  struct Lanes {
    fileprivate let lanes: [Lane]

    subscript(number: Int) -> Lane { lanes[number] }
    subscript(number: Int?) -> Lane? { number.map { lanes[$0] } }
  }
}
