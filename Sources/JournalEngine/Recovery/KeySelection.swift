import JournalFormat

/// The keys that a reader is asked about. What the log changes of others is judged and not kept, so
/// that a part of the state costs what that part takes, however long the log is.
package enum KeySelection: Sendable, Equatable {
  /// Every key, as a writer needs them, and whoever makes another store.
  case everything
  /// The keys that begin so.
  case prefix([UInt8])
  /// One key, and none that goes on behind it.
  case key([UInt8])
  /// No key: nothing is asked but whether the files are sound, and how far they reach.
  case nothing

  /// The keys with a prefix; every key without one.
  package init(prefix: [UInt8]?) { self = prefix.map { .prefix($0) } ?? .everything }

  /// Whether a key is one of them.
  func contains(_ key: Span<UInt8>) -> Bool {
    switch self {
    case .everything: true
    case .prefix(let prefix): key.starts(with: prefix.span)
    case .key(let only): key.count == only.count && key.starts(with: only.span)
    case .nothing: false
    }
  }

  /// Whether all keys with a prefix are among them; without a prefix, whether every key is.
  func containsAll(withPrefix prefix: [UInt8]?) -> Bool {
    switch self {
    case .everything: true
    case .prefix(let own): prefix.map { $0.span.starts(with: own.span) } ?? own.isEmpty
    case .key, .nothing: false
    }
  }

  /// Whether one of them may have a prefix. A removal of that prefix, be it shorter or longer than what
  /// is asked for, is to be kept then: it hides what older layers say.
  func mayMeet(prefix: Span<UInt8>) -> Bool {
    switch self {
    case .everything: true
    case .prefix(let own): prefix.starts(with: own.span) || own.span.starts(with: prefix)
    case .key(let only): only.span.starts(with: prefix)
    case .nothing: false
    }
  }
}
