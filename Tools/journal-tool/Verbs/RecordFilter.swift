import JournalFormat
import StateJournal

/// Which changes of a commit are shown.
struct RecordFilter {
  /// The kinds of changes, as `--type` calls them.
  enum ChangeType: String, CaseIterable {
    case put
    case remove
    case removeSource = "remove-source"
    case opened
    case closed
    case note

    init(_ change: RecordChange) {
      self =
        switch change {
        case .put: .put
        case .remove: .remove
        case .removePrefix: .removeSource
        case .opened: .opened
        case .closed: .closed
        case .annotation: .note
        }
    }
  }

  /// The kinds that are shown; all when it is empty.
  private let types: Set<ChangeType>
  /// What the keys of the source begin with; `nil` when all changes are shown.
  private let source: [UInt8]?
  private let isOfOneStream: Bool
  /// The key of the one stream that is asked for.
  private let stream: [UInt8]?

  init(source: String?, stream: String?, types: Set<ChangeType>) {
    self.types = types
    self.source = source.map { StateKeyCoding.sourcePrefix($0) }
    isOfOneStream = stream != nil
    self.stream =
      if let source, let stream {
        StateKeyCoding.key(of: .stream(stream, of: source))
      } else {
        nil
      }
  }

  /// Whether every commit is shown, also one of which nothing is left.
  var showsAll: Bool { source == nil && types.isEmpty }

  /// Whether a change of the record in `bytes` is shown.
  func shows(_ change: RecordChange, in bytes: Span<UInt8>) -> Bool {
    if !types.isEmpty, !types.contains(ChangeType(change)) { return false }
    guard let source else { return true }
    switch change {
    case .put(let key, let value):
      let key = bytes.extracting(key)
      guard concerns(key, source) else { return false }
      if case .object = StoredContent(key: key, value: bytes.extracting(value)) { return true }
      return false
    case .remove(let key):
      return concerns(bytes.extracting(key), source)
    case .removePrefix(let prefix):
      let prefix = bytes.extracting(prefix)
      return scope(of: prefix, behind: source).map {
        prefix.count == source.count + 1 && (!isOfOneStream || $0 == .stream)
      } ?? false
    case .opened, .closed, .annotation:
      return false
    }
  }

  private func concerns(_ key: Span<UInt8>, _ source: [UInt8]) -> Bool {
    if isOfOneStream { return stream.map { key.order(comparedTo: $0.span) == 0 } ?? false }
    return scope(of: key, behind: source) != nil && (try? StateKeyCoding.address(of: key)) != nil
  }

  /// The scope that stands behind the source's name; `nil` when the key is not the source's.
  private func scope(of key: Span<UInt8>, behind source: [UInt8]) -> StateAddress.Scope? {
    guard key.count > source.count, key.begins(with: source.span) else { return nil }
    return StateAddress.Scope(rawValue: key[source.count])
  }
}
