/// What one check of `doctor` found.
struct Checkup {
  /// How bad it is.
  enum Verdict: String, Comparable {
    case fine
    case note
    case warning
    case problem

    private var rank: Int {
      switch self {
      case .fine: 0
      case .note: 1
      case .warning: 2
      case .problem: 3
      }
    }

    static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
  }

  /// What was looked at, in a word or two.
  var name: String
  var verdict: Verdict
  /// What was found.
  var finding: String
  /// What to do; `nil` where nothing is to be done.
  var advice: String?

  static func fine(_ name: String, _ finding: String) -> Checkup {
    Checkup(name: name, verdict: .fine, finding: finding)
  }

  static func note(_ name: String, _ finding: String, _ advice: String? = nil) -> Checkup {
    Checkup(name: name, verdict: .note, finding: finding, advice: advice)
  }

  static func warning(_ name: String, _ finding: String, _ advice: String) -> Checkup {
    Checkup(name: name, verdict: .warning, finding: finding, advice: advice)
  }

  static func problem(_ name: String, _ finding: String, _ advice: String) -> Checkup {
    Checkup(name: name, verdict: .problem, finding: finding, advice: advice)
  }
}
