import StateJournal
import StorageSimulator

/// Makes what a type may do to its encoder.
struct ShapeGenerator {
  typealias Shape = DirectEncodingTests.Shape
  typealias Way = DirectEncodingTests.Way

  /// Whether places are written one after the other, with names once each.
  let isTame: Bool
  /// Whether there is something that state cannot hold.
  var canFail = true

  func object(using generator: inout SeededGenerator, depth: Int) -> Shape {
    .object(members(using: &generator, depth: depth))
  }

  private func shape(using generator: inout SeededGenerator, depth: Int) -> Shape {
    switch Int.random(in: 0..<(depth < 4 ? 12 : 7), using: &generator) {
    case 0...4: return .scalar(scalar(using: &generator))
    case 5: return .state(state(using: &generator, depth: depth))
    case 6: return .nothing
    case 7: return .wrapped(shape(using: &generator, depth: depth + 1))
    case 8 where !isTame && Int.random(in: 0..<20, using: &generator) == 0: return .failing
    case 9:
      let members = members(using: &generator, depth: depth)
      let more = self.members(using: &generator, depth: depth)
      return .both(
        members,
        isTame
          ? more.filter { new in !members.contains { $0.name.hasSameBytes(as: new.name) } } : more)
    case 10:
      return .array(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
          (way(using: &generator), shape(using: &generator, depth: depth + 1))
        })
    default: return object(using: &generator, depth: depth + 1)
    }
  }

  private func members(
    using generator: inout SeededGenerator, depth: Int
  ) -> [(Way, name: String, Shape)] {
    var members: [(Way, name: String, Shape)] = []
    for _ in 0..<Int.random(in: 0...(depth == 0 ? 20 : 5), using: &generator) {
      let name = name(using: &generator)
      if isTame, members.contains(where: { $0.name.hasSameBytes(as: name) }) { continue }
      members.append(
        (way(using: &generator), name: name, shape(using: &generator, depth: depth + 1)))
    }
    return members
  }

  private func way(using generator: inout SeededGenerator) -> Way {
    let ways: [Way] = isTame ? [.plain, .nested, .superEncoder] : Way.allCases
    return ways.randomElement(using: &generator) ?? .plain
  }

  /// Of any length, and alike: to be told apart by their ends, and to come twice.
  private func name(using generator: inout SeededGenerator) -> String {
    let length = [0, 1, 2, 3, 8, 23, 24, 260].randomElement(using: &generator) ?? 1
    let end = ["", "a", "b", "é", "e\u{301}"].randomElement(using: &generator) ?? ""
    return String(repeating: "n", count: length) + end
      + (isTame ? String(Int.random(in: 0...999, using: &generator)) : "")
  }

  private func scalar(using generator: inout SeededGenerator) -> DirectEncodingTests.Scalar {
    let bits = generator.next()
    switch Int.random(in: 0...7, using: &generator) {
    case 0: return .null
    case 1: return .bool(bits % 2 == 0)
    case 2: return .string(name(using: &generator))
    case 3:
      return .double(isFailure(&generator) ? .nan : Double(Int16(truncatingIfNeeded: bits)) / 3)
    case 4: return .float(isFailure(&generator) ? .infinity : Float(Int8(truncatingIfNeeded: bits)))
    case 5: return .int(Int(truncatingIfNeeded: bits) >> Int.random(in: 0...63, using: &generator))
    case 6: return .small(Int8(truncatingIfNeeded: bits))
    default: return .unsigned(isFailure(&generator) ? .max : bits >> 1)
    }
  }

  private func state(using generator: inout SeededGenerator, depth: Int) -> StateValue {
    if isFailure(&generator) { return [1, .double(.nan)] }
    return .random(using: &generator, depth: depth + 1)
  }

  private func isFailure(_ generator: inout SeededGenerator) -> Bool {
    canFail && Int.random(in: 0..<60, using: &generator) == 0
  }
}
