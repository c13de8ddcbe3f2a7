import FuzzTargets
import StorageSimulator

/// The inputs that mutation starts from: one for each behaviour seen, the shortest of them.
struct Corpus: Sendable {
  private static let maximumCount = 2048

  private(set) var inputs: [[UInt8]] = []
  private var indexes: [UInt64: Int] = [:]
  /// Behaviours beyond those that an input is kept for.
  private var otherBehaviours: Set<UInt64> = []

  /// How many behaviours were seen; the count stops growing at some point, to bound memory.
  var behaviourCount: Int { indexes.count + otherBehaviours.count }

  /// Keeps an input if it did something new, or something known with fewer bytes.
  mutating func add(_ input: [UInt8], _ behaviour: Behaviour) {
    if let index = indexes[behaviour.signature] {
      if input.count < inputs[index].count { inputs[index] = input }
    } else if inputs.count < Self.maximumCount {
      indexes[behaviour.signature] = inputs.count
      inputs.append(input)
    } else if otherBehaviours.count < 1 << 16 {
      otherBehaviours.insert(behaviour.signature)
    }
  }

  /// Any input; the later half, which took more steps to find, as often as all together.
  func choose(using generator: inout SeededGenerator) -> [UInt8] {
    guard !inputs.isEmpty else { return [] }
    let first = Bool.random(using: &generator) ? inputs.count / 2 : 0
    return inputs[Int.random(in: first..<inputs.count, using: &generator)]
  }
}
