/// JSON Merge Patch (RFC 7396): a partial object says what is to change.
extension StateValue {
  /// This value with a patch applied: members of the patch replace those of the same name, objects
  /// are merged member by member, and null removes. A patch that is no object replaces everything.
  ///
  /// A patch cannot set a member to null; what is null already and not mentioned stays. What lies
  /// deeper than ``maximumDepth``, which no state does, is taken from the patch as it is.
  ///
  /// - Complexity: O(the value and the patch); at most ``maximumDepth`` calls deep.
  public func merged(with patch: StateValue) -> StateValue { merged(with: patch, depth: 0) }

  fileprivate func merged(with patch: StateValue, depth: Int) -> StateValue {
    guard case .object(let changes) = patch, depth < Self.maximumDepth else { return patch }
    return .object((object ?? [:]).merged(with: changes, depth: depth))
  }
}

extension StateMap where Value == StateValue {
  /// This object with a patch applied (RFC 7396); see ``StateValue/merged(with:)``.
  public func merged(with patch: StateObject) -> StateObject { merged(with: patch, depth: 0) }

  fileprivate func merged(with patch: StateObject, depth: Int) -> StateObject {
    var result = self
    for (name, change) in patch {
      // Spelled out, since a bare nil would be the value null.
      result[name] =
        change.isNull
        ? Optional.none : (result[name] ?? .null).merged(with: change, depth: depth + 1)
    }
    return result
  }
}
