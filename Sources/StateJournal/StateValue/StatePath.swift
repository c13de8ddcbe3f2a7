/// Where inside a value something stands: names of members and indices of elements, outermost first.
///
/// As text, parts are joined by dots: `window.columns.0`. A backslash takes the meaning from what
/// follows it, for names that hold a dot or a backslash themselves: `v1\.2`.
public struct StatePath: Hashable, Sendable {
  /// The parts, outermost first; never empty.
  public let parts: [String]

  /// The path that a text describes.
  ///
  /// - Throws: ``StateError/Reason/invalidName`` for an empty text, and a backslash at the end.
  public init(_ text: String) throws(StateError) {
    var parts: [String] = []
    var part = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if !isEscaped, scalar == "\\" {
        isEscaped = true
      } else if !isEscaped, scalar == "." {
        parts.append(String(part))
        part = String.UnicodeScalarView()
      } else {
        part.append(scalar)
        isEscaped = false
      }
    }
    guard !text.isEmpty, !isEscaped else {
      throw StateError(
        .invalidName,
        text.isEmpty
          ? "the path is empty; name a member, as in window.columns.0"
          : "the path ends in a backslash; write \\\\ for one that belongs to a name")
    }
    self.parts = parts + [String(part)]
  }
}

extension StateValue {
  /// What stands at a path; `nil` when there is nothing.
  public subscript(path: StatePath) -> StateValue? {
    var value = self
    for part in path.parts {
      switch value {
      case .object(let members):
        guard let member = members[part] else { return nil }
        value = member
      case .array(let elements):
        guard let index = Self.index(part), index < elements.count else { return nil }
        value = elements[index]
      default: return nil
      }
    }
    return value
  }

  /// Puts a value at a path. Objects that are missing on the way are made; an array takes an index
  /// that it has, or the next one.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path, where something on the way is
  ///   neither object nor array, or an array does not reach so far, and for a path of more than
  ///   ``maximumDepth`` parts; nothing has changed then.
  public mutating func set(_ value: StateValue, at path: StatePath) throws(StateError) {
    // Before the first step down: each costs stack, and whoever wrote the path chose how many there are.
    guard path.parts.count <= Self.maximumDepth else {
      throw StateError(
        .unsupportedValue,
        "the path has \(path.parts.count) parts, and state has at most \(Self.maximumDepth) arrays"
          + " and objects inside one another")
    }
    self = try replacing(path.parts[...], of: path, by: value)
  }

  private func replacing(
    _ rest: ArraySlice<String>, of path: StatePath, by value: StateValue
  ) throws(StateError) -> StateValue {
    guard let part = rest.first else { return value }
    switch self {
    case .object(var members):
      let member = members[part] ?? (rest.count > 1 ? .object([:]) : .null)
      members[part] = try member.replacing(rest.dropFirst(), of: path, by: value)
      return .object(members)
    case .array(var elements):
      guard let index = Self.index(part), index <= elements.count else {
        throw Self.obstacle(
          "an array of \(elements.count) elements takes an index from 0 to \(elements.count)",
          at: path, before: rest)
      }
      let element =
        index < elements.count ? elements[index] : rest.count > 1 ? .object([:]) : .null
      let new = try element.replacing(rest.dropFirst(), of: path, by: value)
      if index < elements.count { elements[index] = new } else { elements.append(new) }
      return .array(elements)
    default:
      throw Self.obstacle(
        "what stands there is neither an object nor an array", at: path, before: rest)
    }
  }

  private static func obstacle(
    _ message: String, at path: StatePath, before rest: ArraySlice<String>
  ) -> StateError {
    let place = Array(path.parts[..<rest.startIndex])
    return StateError(
      .unsupportedValue,
      place.isEmpty ? message : "at \(place.joined(separator: ".")): \(message)", path: place)
  }

  /// An index as JSON Pointer writes it: digits, without zeros in front.
  private static func index(_ part: String) -> Int? {
    let isPlain = part.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    guard isPlain, part == "0" || part.utf8.first != UInt8(ascii: "0") else { return nil }
    return Int(part)
  }
}
