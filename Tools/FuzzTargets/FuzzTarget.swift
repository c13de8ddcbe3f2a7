/// Something that takes bytes which nobody vouches for.
package protocol FuzzTarget: Sendable {
  /// What it is called on the command line.
  var name: String { get }
  /// Inputs to begin with: valid ones of every shape.
  var seeds: [[UInt8]] { get }
  /// Pieces that random bytes would hardly ever hit.
  var tokens: [[UInt8]] { get }
  /// The longest input.
  var maximumByteCount: Int { get }

  /// Makes the checksums of a changed input right again, so that what lies behind them is reached.
  func repair(_ input: inout [UInt8])

  /// Takes the input and holds the outcome to everything that must be true of it.
  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation)
}

extension FuzzTarget {
  package var tokens: [[UInt8]] { [] }
  package var maximumByteCount: Int { 4096 }
  package func repair(_ input: inout [UInt8]) {}
}

/// Something that must be true of every outcome was not.
package struct FuzzViolation: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// Fails with a message unless a condition holds.
  package static func unless(
    _ condition: Bool, _ message: @autoclosure () -> String
  ) throws(FuzzViolation) {
    if !condition { throw FuzzViolation(message()) }
  }
}

/// All targets, in the order in which `all` runs them.
package enum FuzzTargets {
  package static let all: [any FuzzTarget] = [
    CBORTarget(), JSONTarget(), KeyTarget(), FileNameTarget(), HeaderTarget(), RecordTarget(),
    SegmentTarget(), SnapshotTarget(),
  ]

  /// The target of a name; `trap` is there to try the fuzzer itself and not among ``all``.
  package static func named(_ name: String) -> (any FuzzTarget)? {
    name == TrapTarget().name ? TrapTarget() : all.first { $0.name == name }
  }
}
