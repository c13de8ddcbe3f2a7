import JournalEngine
import JournalFormat

/// A state as tests write it down.
typealias StoreState = [String: String]

/// One change of a commit.
enum StoreChange: Equatable, Sendable {
  case put(String, String)
  case remove(String)
  case removePrefix(String)

  func append(to record: inout [UInt8]) {
    switch self {
    case .put(let key, let value):
      RecordChange.appendPut(
        key: Array(key.utf8).span, value: Array(value.utf8).span, to: &record)
    case .remove(let key): RecordChange.appendRemove(key: Array(key.utf8).span, to: &record)
    case .removePrefix(let prefix):
      RecordChange.appendRemovePrefix(Array(prefix.utf8).span, to: &record)
    }
  }
}

extension StoreState {
  mutating func apply(_ changes: [StoreChange]) {
    for change in changes {
      switch change {
      case .put(let key, let value): self[key] = value
      case .remove(let key): self[key] = nil
      case .removePrefix(let prefix): self = filter { !$0.key.hasPrefix(prefix) }
      }
    }
  }

  /// Adds an entry as a walk over a store hands it out.
  mutating func take(_ entry: Entry) {
    self[String(decoding: entry.key, as: UTF8.self)] = String(decoding: entry.value, as: UTF8.self)
  }
}

extension Journal {
  @discardableResult
  func commit(
    _ changes: [StoreChange], _ durability: JournalOptions.Durability? = nil
  ) throws(JournalError) -> LogSequenceNumber? {
    try commit(durability) { record in
      for change in changes { change.append(to: &record) }
      return true
    }
  }

  func state() throws(JournalError) -> StoreState {
    var state: StoreState = [:]
    try forEach { entry in
      state.take(entry)
      return true
    }
    return state
  }

  func value(_ key: String) throws(JournalError) -> String? {
    try get(Array(key.utf8).span).map { String(decoding: $0.value, as: UTF8.self) }
  }
}

extension JournalView {
  func state() throws(JournalError) -> StoreState {
    var state: StoreState = [:]
    let cursor = cursor()
    var entry = Entry()
    while try cursor.next(into: &entry) { state.take(entry) }
    return state
  }
}
