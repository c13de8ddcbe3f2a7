/// The place of a commit in the history of a store: counted from 1, one per commit, without gaps.
///
/// It is not an offset. ``zero`` stands for the state before the first commit.
public struct LogSequenceNumber: RawRepresentable, Hashable, Sendable {
  /// The number itself.
  public var rawValue: UInt64

  /// A sequence number from its value.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// A sequence number from its value.
  @inlinable
  public init(_ value: UInt64) { rawValue = value }

  /// Before the first commit.
  @inlinable
  public static var zero: LogSequenceNumber { LogSequenceNumber(0) }

  /// The number of the next commit.
  @inlinable
  public var next: LogSequenceNumber { LogSequenceNumber(rawValue &+ 1) }

  /// The number of the commit before; ``zero`` has none and stays.
  @inlinable
  public var previous: LogSequenceNumber { LogSequenceNumber(rawValue == 0 ? 0 : rawValue - 1) }
}

extension LogSequenceNumber: Comparable {
  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension LogSequenceNumber: CustomStringConvertible {
  public var description: String { String(rawValue) }
}
