/// JSON Merge Patch (RFC 7396): a partial object says what is to change.
extension StateValue {
  /// This value with a patch applied: members of the patch replace those of the same name, objects
  /// are merged member by member, and null removes. A patch that is no object replaces everything.
  ///
  /// A patch cannot set a member to null; what is null already and not mentioned stays.
  ///
  /// - Complexity: O(the value and the patch); at most ``maximumDepth`` calls deep for values that
  ///   can be stored.
  public func merged(with patch: StateValue) -> StateValue {
    guard case .object(let changes) = patch else { return patch }
    return .object((object ?? [:]).merged(with: changes))
  }
}

extension StateMap where Value == StateValue {
  /// This object with a patch applied (RFC 7396); see ``StateValue/merged(with:)``.
  public func merged(with patch: StateObject) -> StateObject {
    var result = self
    for (name, change) in patch {
      // Spelled out, since a bare nil would be the value null.
      result[name] =
        change.isNull ? Optional.none : (result[name] ?? .null).merged(with: change)
    }
    return result
  }
}
