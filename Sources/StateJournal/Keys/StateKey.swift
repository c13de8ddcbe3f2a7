/// One object of state as a type of yours: where it lives, and what it is.
///
/// ```swift
/// struct Cursor: Codable { var lastID: Int }
///
/// let cursor = StateKey<Cursor>(.stream("2024", of: "orders"))
/// try await storage.set(cursor, to: Cursor(lastID: 41))
/// try await storage.update(cursor, default: Cursor(lastID: 0)) { $0.lastID += 1 }
/// let position = try await storage.get(cursor)?.lastID  // 42
/// ```
///
/// A key is made once and used everywhere, so that the name and the type of an object cannot come
/// apart. When the type changes its shape, the key says how what is stored becomes the new one
/// (``init(_:version:migrations:)``).
///
/// A value is encoded as an object. One without any members is stored as an empty object, which reads
/// as absent.
public struct StateKey<Value: Codable & Sendable>: Sendable {
  /// Where the object lives.
  public let address: StateAddress
  /// The version of the shape of `Value`.
  public let version: Int
  let migrations: [StateMigration]

  /// A key whose type has never changed its shape.
  public init(_ address: StateAddress) {
    self.init(address, version: StateMigration.firstVersion, migrations: [])
  }

  /// A key whose type has the shape of a version, and how older shapes become it.
  ///
  /// What is stored carries the version of its shape in the member
  /// ``StateMigration/versionMember``; without one it is the first, which is 1. An older object is
  /// brought up to date, version by version, each time it is read, and stored in the new shape when
  /// it is next written.
  ///
  /// - Parameters:
  ///   - address: where the object lives.
  ///   - version: from 1 on.
  ///   - migrations: at most one for each version before `version`, in any order. For those that are
  ///     left out nothing can be read any more.
  public init(_ address: StateAddress, version: Int, migrations: [StateMigration]) {
    precondition(version >= StateMigration.firstVersion, "versions count from 1")
    let known = Set(migrations.map(\.version))
    precondition(
      known.count == migrations.count && known.allSatisfy { $0 < version },
      "one migration for each version before \(version)")
    self.address = address
    self.version = version
    self.migrations = migrations
  }
}

/// How a key's values are stored.
extension StateKey {
  /// The value that an object holds; `nil` for an empty one.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` when the object has another shape, or a migration
  ///   fails; ``StateError/Reason/newerVersion(found:known:)``.
  public func value(of object: StateObject) throws(StateError) -> Value? {
    if object.isEmpty { return nil }
    try refuseNewer(object)
    var object = object
    let found = try takeVersion(from: &object)
    for older in found..<version {
      guard let migration = migrations.first(where: { $0.version == older }) else {
        throw StateError(
          .undecodable,
          "the object has version \(found) of its shape, and there is no migration from \(older)",
          address: address)
      }
      do {
        object = try migration.upgrade(object)
      } catch {
        throw StateError(
          .undecodable, "the migration from version \(older) of its shape failed: \(error)",
          address: address, underlying: error)
      }
    }
    return try object.decodeUnlessEmpty(Value.self, at: address)
  }

  /// The object that holds a value.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held.
  public func object(of value: Value) throws(StateError) -> StateObject {
    var object: StateObject
    do {
      object = try StateObject(encoding: value)
    } catch {
      var located = error
      located.address = address
      throw located
    }
    guard object[StateMigration.versionMember] == nil else {
      throw StateError(
        .unsupportedValue,
        "the member \(StateMigration.versionMember) is where the version of the shape is kept; call"
          + " it otherwise", address: address, path: [StateMigration.versionMember])
    }
    if version > StateMigration.firstVersion {
      object[StateMigration.versionMember] = .int(Int64(version))
    }
    return object
  }

  /// Refuses what a newer program has stored: what this one does not understand it can neither read
  /// nor knowingly replace. An object whose version is no number is nobody's newer shape.
  func refuseNewer(_ stored: StateObject) throws(StateError) {
    guard let number = stored[StateMigration.versionMember]?.int, number > version else { return }
    throw StateError(
      .newerVersion(found: Int(clamping: number), known: version),
      "the object has version \(number) of its shape, and this program knows \(version) at most;"
        + " upgrade the program, or have it replace what is stored, whatever it says"
        + " (set with replacingNewer: true)",
      address: address, path: [StateMigration.versionMember])
  }

  /// Refuses what a newer program has stored if a compare-and-set is going to find it: as long as the
  /// version is the one expected, it is this object that would be replaced.
  func refuseNewer(
    _ stored: VersionedState, ifVersion expected: StateVersion
  ) throws(StateError) {
    if stored.version == expected { try refuseNewer(stored.object) }
  }

  private func takeVersion(from object: inout StateObject) throws(StateError) -> Int {
    guard let member = object[StateMigration.versionMember] else {
      return StateMigration.firstVersion
    }
    guard let number = member.int, number >= StateMigration.firstVersion,
      let version = Int(exactly: number)
    else {
      throw StateError(
        .undecodable, "the version of its shape is \(member), which is no number from 1 on",
        address: address, path: [StateMigration.versionMember])
    }
    object[StateMigration.versionMember] = nil
    return version
  }
}

/// A value of a type of yours together with its version, for a later compare-and-set.
public struct VersionedValue<Value: Sendable>: Sendable {
  /// The value; `nil` when absent.
  public var value: Value?
  /// Its version.
  public var version: StateVersion

  /// A value with its version.
  public init(value: Value?, version: StateVersion) {
    self.value = value
    self.version = version
  }
}

extension VersionedValue: Equatable where Value: Equatable {}
extension VersionedValue: Hashable where Value: Hashable {}

extension StateKey {
  /// What an object and its version are for this key.
  func value(of found: VersionedState) throws(StateError) -> VersionedValue<Value> {
    VersionedValue(value: try value(of: found.object), version: found.version)
  }
}
