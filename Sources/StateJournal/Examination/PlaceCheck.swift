/// What one look at the place of a store found.
public struct PlaceCheck: Sendable, Equatable {
  /// How bad it is.
  public enum Verdict: String, Sendable, Comparable, CaseIterable {
    /// As it should be.
    case fine
    /// Something to know.
    case note
    /// It works, and something may bite some day.
    case warning
    /// State is not safe here, or cannot be written, before this is solved.
    case problem

    private var rank: Int {
      switch self {
      case .fine: 0
      case .note: 1
      case .warning: 2
      case .problem: 3
      }
    }

    /// Whether the first is less bad.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
  }

  /// What was looked at, in a word or two, such as "file system". Several checks may share one.
  public var subject: String
  /// How bad it is.
  public var verdict: Verdict
  /// What was found, for a person.
  public var finding: String
  /// What to do, for a person; `nil` where nothing is to be done.
  public var advice: String?

  static func fine(_ subject: String, _ finding: String) -> PlaceCheck {
    PlaceCheck(subject: subject, verdict: .fine, finding: finding)
  }

  static func note(_ subject: String, _ finding: String, _ advice: String? = nil) -> PlaceCheck {
    PlaceCheck(subject: subject, verdict: .note, finding: finding, advice: advice)
  }

  static func warning(_ subject: String, _ finding: String, _ advice: String) -> PlaceCheck {
    PlaceCheck(subject: subject, verdict: .warning, finding: finding, advice: advice)
  }

  static func problem(_ subject: String, _ finding: String, _ advice: String) -> PlaceCheck {
    PlaceCheck(subject: subject, verdict: .problem, finding: finding, advice: advice)
  }
}
