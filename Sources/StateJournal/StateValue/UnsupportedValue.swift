/// Why a value cannot be held, gathered from the inside out: each enclosing container adds its
/// member's name on the way up, so that the path costs nothing when all is well.
struct UnsupportedValue: Error {
  /// What state cannot hold.
  enum Kind {
    case nonFinite(Double)
    case integerOutOfRange(String)
    case tooDeep
    case notAnObject
  }

  let kind: Kind
  private var innermostFirst: [String] = []

  init(_ kind: Kind) { self.kind = kind }

  /// The same, seen from one container further out.
  func inside(_ member: String) -> UnsupportedValue {
    var outer = self
    outer.innermostFirst.append(member)
    return outer
  }

  /// The error for the caller, with the path of the offending member.
  var stateError: StateError {
    stateError(path: innermostFirst.reversed())
  }

  /// The error for the caller, with a path known from elsewhere.
  func stateError(path: [String]) -> StateError {
    let place = path.isEmpty ? "" : " at \(path.joined(separator: "."))"
    let message =
      switch kind {
      case .nonFinite(let value): "\(value)\(place) cannot be kept in state; use null or a string"
      case .integerOutOfRange(let digits):
        "\(digits)\(place) is outside of a signed 64-bit integer; keep it as a string"
      case .tooDeep:
        "more than \(StateValue.maximumDepth) arrays and objects inside one another"
          + (path.isEmpty ? "" : " from \(path[0]) on")
      case .notAnObject: "state must be an object with members, not a single value or an array"
      }
    return StateError(.unsupportedValue, message, path: path)
  }
}

extension StateValue {
  /// Checks that the value can be stored: finite numbers, at most ``maximumDepth`` deep.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of the offending member.
  /// - Complexity: O(n) in the number of values.
  public func validate() throws(StateError) {
    do { try check(depth: 0) } catch { throw error.stateError }
  }

  func check(depth: Int) throws(UnsupportedValue) {
    switch self {
    case .double(let value) where !value.isFinite: throw UnsupportedValue(.nonFinite(value))
    case .array(let values):
      guard depth < Self.maximumDepth else { throw UnsupportedValue(.tooDeep) }
      for (index, value) in values.enumerated() {
        do { try value.check(depth: depth + 1) } catch { throw error.inside(String(index)) }
      }
    case .object(let members): try members.check(depth: depth)
    default: break
    }
  }
}

extension StateMap where Value == StateValue {
  /// Checks that the object can be stored, as ``StateValue/validate()`` does.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of the offending member.
  public func validate() throws(StateError) {
    do { try check(depth: 0) } catch { throw error.stateError }
  }

  /// The same, with the address in the error.
  package func validate(at address: StateAddress) throws(StateError) {
    do {
      try check(depth: 0)
    } catch {
      var stateError = error.stateError
      stateError.address = address
      throw stateError
    }
  }

  fileprivate func check(depth: Int) throws(UnsupportedValue) {
    guard depth < StateValue.maximumDepth else { throw UnsupportedValue(.tooDeep) }
    for (name, value) in members {
      do { try value.check(depth: depth + 1) } catch { throw error.inside(name) }
    }
  }
}
