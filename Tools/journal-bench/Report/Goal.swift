/// What a figure, or its ratio to another one, should be.
struct Goal: Sendable {
  enum Bound: Sendable {
    case atLeast(Double)
    case atMost(Double)
  }

  /// The number of the target that it belongs to, among those that the whole is held to.
  var target: Int?
  var bound: Bound

  static func atLeast(_ value: Double, target: Int? = nil) -> Goal {
    Goal(target: target, bound: .atLeast(value))
  }

  static func atMost(_ value: Double, target: Int? = nil) -> Goal {
    Goal(target: target, bound: .atMost(value))
  }

  func isMet(by value: Double) -> Bool {
    switch bound {
    case .atLeast(let limit): value >= limit
    case .atMost(let limit): value <= limit
    }
  }

  var limit: Double {
    switch bound {
    case .atLeast(let limit), .atMost(let limit): limit
    }
  }

  var sign: String {
    switch bound {
    case .atLeast: "≥"
    case .atMost: "≤"
    }
  }
}
