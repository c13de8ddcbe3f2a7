import FileIO

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The misfortunes that are still to come. The first in order that strikes an operation decides.
public struct FaultPlan: Sendable {
  /// The faults, in order of precedence.
  public var faults: [Fault]

  /// Creates a plan.
  public init(_ faults: [Fault] = []) { self.faults = faults }

  /// Creates a plan of `count` single faults of all kinds, somewhere among the next
  /// `operationCount` operations. The same seed makes the same plan.
  public init(seed: UInt64, count: Int, among operationCount: Int) {
    var generator = SeededGenerator(seed: seed)
    let effects: [(Fault.Effect, IOFailure.Operation?)] = [
      (.inputOutput, nil), (.noSpace, .write), (.full, .write), (.interrupted, nil),
      (.short(byteCount: 1), .write), (.short(byteCount: 1), .read),
      (.errorAfterPart(byteCount: 100, EIO), .write), (.errorAfterwards(EIO), .rename),
      (.failedSync(.pagesKept), .sync), (.failedSync(.pagesDropped), .sync),
      (.failedSync(.pagesDroppedButReadable), .sync), (.inputOutput, .syncDirectory),
    ]
    faults = (0..<count).map { _ in
      let (effect, operation) =
        effects[Int.random(in: effects.indices, using: &generator)]
      // A kind of operation is struck within its own, shorter, sequence.
      let range = operation == nil ? operationCount : max(operationCount / 8, 1)
      return Fault(effect, at: Int.random(in: 1...max(range, 1), using: &generator), of: operation)
    }
  }

  /// Lets one operation go by all faults; returns what happens to it.
  mutating func strike(_ operation: IOFailure.Operation, path: String) -> Fault.Effect? {
    // As nearly always, and every operation comes here.
    if faults.isEmpty { return nil }
    var effect: Fault.Effect?
    for index in faults.indices where faults[index].strikes(operation, path: path) {
      effect = effect ?? faults[index].effect
    }
    faults.removeAll { $0.repetitions == 0 }
    return effect
  }
}
