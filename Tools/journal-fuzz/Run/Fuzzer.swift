import FuzzTargets
import StorageSimulator

/// Feeds one target with mutated inputs. The same seed makes the same inputs in the same order.
struct Fuzzer: Sendable {
  let target: any FuzzTarget
  private let mutator: Mutator
  private var generator: SeededGenerator
  private(set) var corpus = Corpus()
  private(set) var executionCount = 0

  init(_ target: any FuzzTarget, seed: UInt64) {
    self.target = target
    mutator = Mutator(tokens: target.tokens, maximumByteCount: target.maximumByteCount)
    generator = SeededGenerator(seed: seed)
  }

  /// The input of the next execution: a seed as it is, as long as there are some left, then
  /// mutations of what the corpus has.
  mutating func nextInput() -> [UInt8] {
    if executionCount < target.seeds.count { return target.seeds[executionCount] }
    var input = corpus.choose(using: &generator)
    // Fixed on the stack, since the corpus is read while the generator changes.
    let other = corpus.choose(using: &generator)
    mutator.mutate(&input, with: other, using: &generator)
    // What has wrong checksums is a case too, but not most of them.
    if Int.random(in: 0..<8, using: &generator) > 0 { target.repair(&input) }
    return input
  }

  /// Runs the target on an input.
  mutating func execute(_ input: [UInt8]) throws(FuzzViolation) {
    executionCount += 1
    var behaviour = Behaviour()
    try target.run(input, &behaviour)
    corpus.add(input, behaviour)
  }
}
