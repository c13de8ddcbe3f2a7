import FuzzTargets
import StorageSimulator

/// Changes inputs in the ways that files change: bits flip, pieces are cut, repeated, exchanged or
/// come from another file, and numbers become the ones that programmers forget.
struct Mutator: Sendable {
  let tokens: [[UInt8]]
  let maximumByteCount: Int

  /// Makes one to four changes; `other` is where pieces of another input come from.
  func mutate(
    _ input: inout [UInt8], with other: [UInt8], using generator: inout SeededGenerator
  ) {
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      change(&input, with: other, using: &generator)
    }
    if input.count > maximumByteCount { input.removeLast(input.count - maximumByteCount) }
  }

  private func change(
    _ input: inout [UInt8], with other: [UInt8], using generator: inout SeededGenerator
  ) {
    let offset = Int.random(in: 0...input.count, using: &generator)
    switch Int.random(in: 0..<12, using: &generator) {
    case 0, 1:
      guard offset < input.count else { return }
      input[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 2:
      guard offset < input.count else { return }
      input[offset] = UInt8(truncatingIfNeeded: generator.next())
    case 3, 4: setNumber(&input, at: offset, using: &generator)
    case 5: input.removeSubrange(piece(of: input, from: offset, using: &generator))
    case 6:
      let range = piece(of: input, from: offset, using: &generator)
      input.insert(contentsOf: Array(input[range]), at: offset)
    case 7: exchange(&input, from: offset, using: &generator)
    case 8:
      let start = Int.random(in: 0...other.count, using: &generator)
      let range = piece(of: other, from: start, using: &generator)
      input.insert(contentsOf: other[range], at: offset)
    case 9:
      // One file's beginning and another's end.
      let start = Int.random(in: 0...other.count, using: &generator)
      input.replaceSubrange(offset..., with: other[start...])
    case 10:
      if let token = tokens.randomElement(using: &generator) {
        input.insert(contentsOf: token, at: offset)
      } else {
        input.append(contentsOf: repeatElement(0, count: Int.random(in: 1...64, using: &generator)))
      }
    default:
      if Bool.random(using: &generator) {
        input.removeLast(input.count - offset)
      } else {
        for index in piece(of: input, from: offset, using: &generator) { input[index] = 0 }
      }
    }
  }

  /// A range from `offset` on, most often a short one.
  private func piece(
    of bytes: [UInt8], from offset: Int, using generator: inout SeededGenerator
  ) -> Range<Int> {
    let longest = Int.random(in: 0..<4, using: &generator) == 0 ? bytes.count : 32
    let count = Int.random(in: 0...min(longest, bytes.count - offset), using: &generator)
    return offset..<(offset + count)
  }

  /// Exchanges two neighbouring pieces.
  private func exchange(
    _ input: inout [UInt8], from offset: Int, using generator: inout SeededGenerator
  ) {
    let first = piece(of: input, from: offset, using: &generator)
    let second = piece(of: input, from: first.upperBound, using: &generator)
    let exchanged = input[second] + input[first]
    input.replaceSubrange(first.lowerBound..<second.upperBound, with: exchanged)
  }

  /// Overwrites a little-endian integer: with a boundary, a small number, or its neighbour.
  private func setNumber(
    _ input: inout [UInt8], at offset: Int, using generator: inout SeededGenerator
  ) {
    let byteCount = [1, 2, 4, 8].randomElement(using: &generator) ?? 1
    guard offset + byteCount <= input.count else { return }
    var value: UInt64 = 0
    for index in (0..<byteCount).reversed() { value = value << 8 | UInt64(input[offset + index]) }
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: value &+= 1
    case 1: value &-= 1
    case 2: value = UInt64.max >> UInt64.random(in: 0..<64, using: &generator)
    case 3: value = 1 << UInt64.random(in: 0..<64, using: &generator)
    case 4: value = UInt64(Int.random(in: 0...64, using: &generator))
    default:
      value = UInt64(input.count - Int.random(in: 0...min(8, input.count), using: &generator))
    }
    for index in 0..<byteCount {
      input[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }
}
