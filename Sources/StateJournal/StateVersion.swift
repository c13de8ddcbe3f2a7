/// Which version of an object a read returned: it grows with every change of that object.
///
/// The version of what is absent is ``absent``, whatever was there before.
public struct StateVersion: Hashable, Comparable, Sendable {
  /// A number that a storage gives out; 0 means absent.
  public var number: UInt64

  /// A version from its number.
  public init(number: UInt64) { self.number = number }

  /// The version of an object that is not there.
  public static let absent = StateVersion(number: 0)

  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

extension StateVersion: CustomStringConvertible {
  public var description: String { self == .absent ? "absent" : String(number) }
}

/// An object of state together with its version.
public struct VersionedState: Hashable, Sendable {
  /// The object; empty when absent.
  public var object: StateObject
  /// Its version, for a later compare-and-set.
  public var version: StateVersion

  /// An object with its version.
  public init(object: StateObject, version: StateVersion) {
    self.object = object
    self.version = version
  }

  /// What is not there.
  public static let absent = VersionedState(object: [:], version: .absent)
}
