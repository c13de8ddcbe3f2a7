/// A pattern of a shell: `*` is any text, `?` one character, `[a-z]` and `[!a-z]` one of some. A
/// backslash takes the meaning from what follows it. Slashes are nothing special.
package struct GlobPattern: Sendable {
  private enum Part: Equatable, Sendable {
    case any
    case one
    case literal(Unicode.Scalar)
    case among([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    var isLiteral: Bool { if case .literal = self { true } else { false } }
  }

  private var parts: [Part] = []

  package init(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": if parts.last != .any { parts.append(.any) }
      case "?": parts.append(.one)
      case "[": parts.append(Self.set(&rest) ?? .literal("["))
      case "\\": parts.append(.literal(rest.popFirst() ?? "\\"))
      default: parts.append(.literal(scalar))
      }
    }
  }

  /// What stands between brackets; `nil`, with nothing taken, when they do not close.
  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Part? {
    var inner = rest
    let isNegated = inner.first == "!" || inner.first == "^"
    if isNegated { inner.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let scalar = inner.popFirst() {
      if scalar == "]", !ranges.isEmpty {
        rest = inner
        return .among(ranges, isNegated: isNegated)
      }
      if inner.first == "-", let end = inner.dropFirst().first, end != "]" {
        inner = inner.dropFirst(2)
        ranges.append(min(scalar, end)...max(scalar, end))
      } else {
        ranges.append(scalar...scalar)
      }
    }
    return nil
  }

  /// What every text that is meant begins with.
  package var literalBeginning: String {
    var beginning = ""
    for case .literal(let scalar) in parts.prefix(while: \.isLiteral) {
      beginning.unicodeScalars.append(scalar)
    }
    return beginning
  }

  /// Whether all of a text is meant. O(text · pattern): after a mismatch only the last `*` takes more.
  package func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var (position, index) = (0, 0)
    var retry: (position: Int, index: Int)?
    while position < scalars.count {
      if index < parts.count, parts[index] == .any {
        index += 1
        retry = (position, index)
      } else if index < parts.count, Self.matches(parts[index], scalars[position]) {
        (position, index) = (position + 1, index + 1)
      } else if let last = retry {
        retry = (last.position + 1, last.index)
        (position, index) = (last.position + 1, last.index)
      } else {
        return false
      }
    }
    return parts[index...].allSatisfy { $0 == .any }
  }

  private static func matches(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
    switch part {
    case .any, .one: true
    case .literal(let literal): literal == scalar
    case .among(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
    }
  }
}
