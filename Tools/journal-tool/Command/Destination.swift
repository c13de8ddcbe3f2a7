import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where a verb writes something that stands by itself.
extension Invocation {
  /// Refuses (8) a place inside of the store that the verb is about: names there are what the store
  /// consists of, and nothing that a store does not have stays unnoticed.
  func refuseInside(_ target: String) throws(ToolFailure) {
    guard let store = Self.resolved(directory), let place = Self.resolved(Self.existing(target)),
      (place + "/").hasPrefix(store + "/")
    else { return }
    // The store itself is another matter, which has a message of its own.
    if Self.resolved(target) == store { return }
    throw ToolFailure(
      .refused, "\(target) lies inside of the store; what is written there needs a place beside it",
      next: "ls -ld \(Shell.quoted(directory + "/.."))")
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// What a link says; `nil` where there is none.
  private static func link(_ path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let byteCount = unsafe readlink(path, &target, target.count)
    guard byteCount > 0 else { return nil }
    return String(decoding: target[..<byteCount].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The part of a path that is there already.
  static func existing(_ path: String) -> String {
    var path = path
    // A link to what is not there yet leads to where it will be made.
    for _ in 0..<40 {
      guard resolved(path) == nil, let target = link(path) else { break }
      path = target.hasPrefix("/") ? target : PathText.parent(of: path) + "/" + target
    }
    while resolved(path) == nil {
      let parent = PathText.parent(of: path)
      if parent == path { break }
      path = parent
    }
    return path
  }
}
