import StateJournal
import StorageSimulator

extension StateValue {
  /// Any value, with a preference for the edges where encodings change their length.
  static func random(using generator: inout SeededGenerator, depth: Int = 0) -> StateValue {
    switch Int.random(in: 0..<(depth < 5 ? 8 : 6), using: &generator) {
    case 0: .null
    case 1: .bool(.random(using: &generator))
    case 2: .int(Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0...63))
    case 3: .double(.randomFinite(using: &generator))
    case 4, 5: .string(.random(using: &generator))
    case 6:
      .array(
        (0..<Int.random(in: 0...6, using: &generator)).map { _ in
          .random(using: &generator, depth: depth + 1)
        })
    default: .object(.random(using: &generator, depth: depth + 1))
    }
  }
}

extension StateObject {
  static func random(using generator: inout SeededGenerator, depth: Int = 0) -> StateObject {
    StateObject(
      (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        (
          String.random(using: &generator),
          StateValue.random(using: &generator, depth: depth + 1)
        )
      })
  }
}

extension Double {
  /// Any finite bits, or something that fits a smaller format.
  fileprivate static func randomFinite(using generator: inout SeededGenerator) -> Double {
    let value =
      switch Int.random(in: 0...3, using: &generator) {
      case 0: Double(bitPattern: generator.next())
      case 1: Double(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
      case 2: Double(Int16(truncatingIfNeeded: generator.next()) >> 3) / 1024
      default: -0.0
      }
    return value.isFinite ? value : 0.5
  }
}

extension String {
  fileprivate static func random(using generator: inout SeededGenerator) -> String {
    let alphabet: [Unicode.Scalar] = ["a", "é", "e", "\u{301}", "\0", "\"", "\\", "\n", "😀", "中"]
    let length = [0, 1, 3, 23, 24, 30, 300].randomElement(using: &generator) ?? 0
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...length, using: &generator) {
      scalars.append(alphabet.randomElement(using: &generator) ?? "a")
    }
    return String(scalars)
  }
}
