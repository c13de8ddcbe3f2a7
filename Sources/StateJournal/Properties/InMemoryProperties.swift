import Synchronization

/// Properties in memory, for tests.
public final class InMemoryProperties: Properties {
  private let properties: Mutex<StateObject>

  /// Holds `properties`, which nobody else sees.
  public init(_ properties: StateObject = [:]) { self.properties = Mutex(properties) }

  public func getAll() -> StateObject { properties.withLock { $0 } }

  /// - Throws: ``StateError/Reason/unsupportedValue`` for what JSON cannot hold.
  public func setAll(_ properties: StateObject) throws(StateError) {
    _ = try PropertiesText.bytes(properties, style: .compact)
    self.properties.withLock { $0 = properties }
  }

  // Asynchronous, although it never suspends: in asynchronous code a synchronous method would lose
  // against the protocol's default of the same name, which is not atomic.
  public func replaceAll(
    _ expected: StateObject, with properties: StateObject
  ) async throws(StateError) -> Bool {
    _ = try PropertiesText.bytes(properties, style: .compact)
    return self.properties.withLock { current in
      guard current == expected else { return false }
      current = properties
      return true
    }
  }
}
