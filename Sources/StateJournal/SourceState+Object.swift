/// The state of a source as one object: `{"streams": {…}, "others": {…}}`.
extension SourceState {
  private static let streamsMember = "streams"
  private static let othersMember = "others"

  /// The names of the two members.
  static let memberNames = [streamsMember, othersMember]

  /// The state as one object, with both members even when they are empty.
  package var object: StateObject {
    [
      Self.streamsMember: .object(Self.values(streams)),
      Self.othersMember: .object(Self.values(others)),
    ]
  }

  /// The state that an object describes; a member that is missing is empty.
  ///
  /// - Throws: ``StateError/Reason/undecodable`` with the path to what is no state. A member that is
  ///   not known is refused: who wrote the state back would lose it.
  package init(object: StateObject) throws(StateError) {
    self.init()
    for (name, value) in object {
      switch name {
      case Self.streamsMember: streams = try Self.objects(in: value, name)
      case Self.othersMember: others = try Self.objects(in: value, name)
      default: throw Self.undecodable("the member is not known", [name])
      }
    }
  }

  private static func values(_ objects: StateMap<StateObject>) -> StateObject {
    StateObject(objects.map { ($0.name, .object($0.value)) })
  }

  private static func objects(
    in value: StateValue, _ member: String
  ) throws(StateError) -> StateMap<StateObject> {
    guard let members = value.object else {
      throw undecodable("the member is no object", [member])
    }
    var objects: StateMap<StateObject> = [:]
    for (name, value) in members {
      guard let object = value.object else {
        throw undecodable("the member is no object", [member, name])
      }
      objects.appendLast(name, object)
    }
    return objects
  }

  private static func undecodable(_ what: String, _ path: [String]) -> StateError {
    StateError(.undecodable, "\(what): \(path.joined(separator: "."))", path: path)
  }
}
