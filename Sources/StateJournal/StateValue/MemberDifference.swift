/// One member in which two objects differ.
public struct MemberDifference: Sendable, Equatable {
  /// What became of the member.
  public enum Change: Sendable, Equatable {
    /// It is only in the second.
    case added(StateValue)
    /// It is only in the first.
    case removed(StateValue)
    /// It is in both, and not the same.
    case changed(from: StateValue, to: StateValue)
  }

  /// The names that lead to the member, outermost first.
  public var path: [String]
  /// What became of it.
  public var change: Change

  /// A difference from its parts.
  public init(path: [String], change: Change) {
    self.path = path
    self.change = change
  }

  /// The path as ``StatePath`` reads it.
  public var pathText: String {
    path.map { part in
      String(
        String.UnicodeScalarView(
          part.unicodeScalars.flatMap { $0 == "." || $0 == "\\" ? ["\\", $0] : [$0] }))
    }.joined(separator: ".")
  }

  /// What differs between two objects, in the order of their members. Objects are compared member by
  /// member, all other values, arrays among them, as a whole.
  ///
  /// - Complexity: O(both objects).
  public static func between(_ old: StateObject, _ new: StateObject) -> [MemberDifference] {
    var differences: [MemberDifference] = []
    append(old, new, at: [], to: &differences)
    return differences
  }

  private static func append(
    _ old: StateObject, _ new: StateObject, at path: [String],
    to differences: inout [MemberDifference]
  ) {
    var (oldIndex, newIndex) = (old.startIndex, new.startIndex)
    while oldIndex < old.endIndex || newIndex < new.endIndex {
      let order =
        oldIndex == old.endIndex
        ? 1
        : newIndex == new.endIndex
          ? -1 : String.encodedOrder(old[oldIndex].name, new[newIndex].name)
      if order < 0 {
        let (name, value) = old[oldIndex]
        differences.append(MemberDifference(path: path + [name], change: .removed(value)))
        oldIndex += 1
      } else if order > 0 {
        let (name, value) = new[newIndex]
        differences.append(MemberDifference(path: path + [name], change: .added(value)))
        newIndex += 1
      } else {
        let (name, before) = old[oldIndex]
        let after = new[newIndex].value
        if case .object(let oldMembers) = before, case .object(let newMembers) = after {
          append(oldMembers, newMembers, at: path + [name], to: &differences)
        } else if before != after {
          differences.append(
            MemberDifference(path: path + [name], change: .changed(from: before, to: after)))
        }
        oldIndex += 1
        newIndex += 1
      }
    }
  }
}
