/// How an object of an older shape becomes one of the next version; see
/// ``StateKey/init(_:version:migrations:)``.
///
/// ```swift
/// let cursor = StateKey<Cursor>(
///   .stream("2024", of: "orders"), version: 3,
///   migrations: [
///     .from(1) { object in
///       object["last"] = object["id"]
///       object["id"] = nil
///     },
///     .from(2, as: OldCursor.self) { old in Cursor(lastID: old.last, file: "orders.csv") },
///   ])
/// ```
public struct StateMigration: Sendable {
  /// The member of a stored object that holds the version of its shape, from 2 on.
  public static let versionMember = "state_version"
  static let firstVersion = 1

  /// The version that it makes the next one of.
  public let version: Int
  let upgrade: @Sendable (StateObject) throws -> StateObject

  /// Changes the object from a version to the next. When `change` throws, the object cannot be read.
  public static func from(
    _ version: Int, _ change: @escaping @Sendable (inout StateObject) throws -> Void
  ) -> StateMigration {
    StateMigration(version: version) { object in
      var object = object
      try change(&object)
      return object
    }
  }

  /// Makes the value of the next version from a value of the older type. When `change` throws, the
  /// object cannot be read.
  public static func from<Old: Decodable & Sendable, New: Encodable & Sendable>(
    _ version: Int, as old: Old.Type, _ change: @escaping @Sendable (Old) throws -> New
  ) -> StateMigration {
    StateMigration(version: version) { object in
      try StateObject(encoding: change(try object.decode(Old.self)))
    }
  }
}
