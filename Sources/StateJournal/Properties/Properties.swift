/// A job's properties: one map of names to JSON values, read and written as a whole.
///
/// An implementation must offer ``getAll()`` and ``setAll(_:)``. One that can do better overrides
/// ``replaceAll(_:with:)``: the default reads, compares and writes, and a change that another process
/// makes between the reading and the writing is lost.
///
/// Values are JSON of any kind, and may be some levels deeper than state
/// (``StateValue/maximumDepth``), since state may stand inside of them.
public protocol Properties: Sendable {
  /// The value of one property; nil when there is none.
  func get(_ name: String) async throws(StateError) -> StateValue?

  /// All properties.
  func getAll() async throws(StateError) -> StateObject

  /// Replaces all properties; those that `properties` lacks are gone.
  func setAll(_ properties: StateObject) async throws(StateError)

  /// Replaces all properties if they are still the expected ones; false, with nothing changed, when
  /// they are not.
  func replaceAll(
    _ expected: StateObject, with properties: StateObject
  ) async throws(StateError) -> Bool
}

extension Properties {
  public func get(_ name: String) async throws(StateError) -> StateValue? {
    try await getAll()[name]
  }

  public func replaceAll(
    _ expected: StateObject, with properties: StateObject
  ) async throws(StateError) -> Bool {
    guard try await getAll() == expected else { return false }
    try await setAll(properties)
    return true
  }
}

/// Properties as text, in files and on their way to a service.
package enum PropertiesText {
  /// Objects around what is state: the properties, the sources, one of them, its streams.
  private static let levelCount = 4

  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what JSON cannot hold.
  package static func bytes(
    _ properties: StateObject, style: JSONStyle
  ) throws(StateError) -> [UInt8] {
    var bytes: [UInt8] = []
    try properties.appendJSON(to: &bytes, style: style, enclosing: levelCount)
    return bytes
  }

  /// - Throws: ``StateError/Reason/undecodable`` with line and column.
  package static func properties(_ bytes: Span<UInt8>) throws(StateError) -> StateObject {
    try StateObject(json: bytes, enclosing: levelCount)
  }
}
