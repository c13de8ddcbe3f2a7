/// Properties in a journal: whoever reads and writes the whole map gets an update for each property
/// that has changed, and no other is written.
///
/// Each property is an object of the journal, as the others of one source: `{"value": …}`. So a name
/// is any non-empty UTF-8 of at most 1,024 bytes, a value is one level less deep than state, and the
/// journal's own tools show single properties.
public struct JournalProperties: Properties {
  private static let member = "value"

  private let storage: JournalStateStorage
  private let source: String

  /// The properties that a journal keeps under the name of a source of their own.
  public init(in storage: JournalStateStorage, as source: String = "properties") {
    self.storage = storage
    self.source = source
  }

  public func get(_ name: String) async throws(StateError) -> StateValue? {
    let address = StateAddress.others(name, of: source)
    let object = try await storage.readVersioned(address)
    // As a statement of its own: among values, `nil` would be JSON's null.
    if object.version == .absent { return .none }
    return try Self.value(object.object, at: address)
  }

  public func getAll() async throws(StateError) -> StateObject {
    try properties(of: try await storage.read(source))
  }

  /// Replaces all properties; only those that differ are logged, as one commit.
  public func setAll(_ properties: StateObject) async throws(StateError) {
    try await storage.write(Self.state(properties), to: source)
  }

  public func replaceAll(
    _ expected: StateObject, with properties: StateObject
  ) async throws(StateError) -> Bool {
    try await storage.update(source) { (state) throws(StateError) in
      guard try self.properties(of: state) == expected else { return false }
      state = Self.state(properties)
      return true
    }
  }

  /// Replaces one property, or removes it when `value` is nil.
  public func set(_ name: String, to value: StateValue?) async throws(StateError) {
    let address = StateAddress.others(name, of: source)
    if let value {
      try await storage.update(address, to: [Self.member: value])
    } else {
      try await storage.remove(address)
    }
  }

  private static func state(_ properties: StateObject) -> SourceState {
    SourceState(others: StateMap(properties.map { ($0.name, [member: $0.value]) }))
  }

  private func properties(of state: SourceState) throws(StateError) -> StateObject {
    var properties: StateObject = [:]
    for (name, object) in state.others {
      properties.appendLast(name, try Self.value(object, at: .others(name, of: source)))
    }
    return properties
  }

  private static func value(
    _ object: StateObject, at address: StateAddress
  ) throws(StateError) -> StateValue {
    if object.count == 1, let value = object[member] { return value }
    throw StateError(
      .undecodable, "this is no property, which has one member, \(member.debugDescription)",
      address: address)
  }
}
