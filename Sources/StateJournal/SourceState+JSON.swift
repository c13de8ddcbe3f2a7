/// The state of a source as one JSON document: `{"streams": {NAME: {…}, …}, "others": {KEY: {…}, …}}`.
extension SourceState {
  /// How many objects stand around each object of state in the document.
  package static let enclosingLevelCount = 2

  /// The state as a value, with both members, also where they are empty.
  public var value: StateValue {
    let members: (StateMap<StateObject>) -> StateValue = { objects in
      .object(StateObject(objects.map { ($0.name, .object($0.value)) }))
    }
    return ["streams": members(streams), "others": members(others)]
  }

  /// The state that a value describes; a member that is missing is empty.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with the path, for other members and for what is no
  ///   object.
  public init(_ value: StateValue) throws(StateError) {
    guard case .object(let members) = value else {
      throw Self.undecodable("a source is an object with the members streams and others", [])
    }
    self.init()
    for (name, value) in members {
      switch name {
      case "streams": streams = try Self.objects(value, in: name)
      case "others": others = try Self.objects(value, in: name)
      default:
        throw Self.undecodable(
          "a source has the members streams and others, and not \"\(name)\"", [name])
      }
    }
  }

  private static func objects(
    _ value: StateValue, in member: String
  ) throws(StateError) -> StateMap<StateObject> {
    guard case .object(let members) = value else {
      throw undecodable("\(member) is an object with an object for each name", [member])
    }
    var objects: [(String, StateObject)] = []
    for (name, value) in members {
      guard case .object(let object) = value else {
        throw undecodable(
          "the state of \"\(name)\" in \(member) is no object", [member, name])
      }
      objects.append((name, object))
    }
    return StateMap(objects)
  }

  private static func undecodable(_ message: String, _ path: [String]) -> StateError {
    StateError(.undecodable, message, path: path)
  }
}
