import StateJournal

/// Where a verb writes something that stands by itself.
extension Invocation {
  /// Refuses (8) a place inside of the store that the verb is about: names there are what the store
  /// consists of, and nothing that a store does not have stays unnoticed.
  func refuseInside(_ target: String) throws(ToolFailure) {
    guard let store = Link.resolved(directory), let place = Link.resolved(Self.existing(target)),
      (place + "/").hasPrefix(store + "/")
    else { return }
    // The store itself is another matter, which has a message of its own.
    if Link.resolved(target) == store { return }
    throw ToolFailure(
      .refused, "\(target) lies inside of the store; what is written there needs a place beside it",
      next: "ls -ld \(Shell.quoted(directory + "/.."))")
  }

  /// The part of a path that is there already.
  static func existing(_ path: String) -> String {
    // A link to what is not there yet leads to where it will be made.
    var path = Link.end(of: path)
    while Link.resolved(path) == nil {
      let parent = PathText.parent(of: path)
      if parent == path { break }
      path = parent
    }
    return path
  }
}
