import JournalEngine
import JournalFormat

/// What a ``ChangeTable`` should answer, kept in the plainest way.
struct ChangeTableModel {
  struct Change: Equatable {
    var value: [UInt8]?
    var sequence: LogSequenceNumber
  }

  var changes: [[UInt8]: Change] = [:]
  var prefixes: Set<[UInt8]> = []

  mutating func removePrefix(_ prefix: [UInt8]) {
    changes = changes.filter { !$0.key.starts(with: prefix) }
    if prefixes.contains(where: { prefix.starts(with: $0) }) { return }
    prefixes = prefixes.filter { !$0.starts(with: prefix) }
    prefixes.insert(prefix)
  }

  func lookup(_ key: [UInt8]) -> Lookup {
    if let change = changes[key] {
      return change.value.map { .value($0, change.sequence) } ?? .removed
    }
    return prefixes.contains { key.starts(with: $0) } ? .removed : .unknown
  }

  func entries(prefix: [UInt8]?, from: [UInt8]?) -> [Entry] {
    changes.keys
      .filter { $0.starts(with: prefix ?? []) && !$0.lexicographicallyPrecedes(from ?? []) }
      .sorted { $0.lexicographicallyPrecedes($1) }
      .compactMap { key in changes[key].map { Entry(key, $0.value, $0.sequence) } }
  }
}

extension Entry {
  init(_ key: [UInt8], _ value: [UInt8]?, _ sequence: LogSequenceNumber) {
    self.init()
    self.key = key
    self.value = value ?? []
    self.sequence = sequence
    isRemoval = value == nil
  }
}

extension ChangeTable {
  /// All that a cursor walks over.
  func entries(prefix: [UInt8]? = nil, from: [UInt8]? = nil) throws(JournalError) -> [Entry] {
    let cursor = cursor(prefix: prefix, from: from)
    var entry = Entry()
    var found: [Entry] = []
    while cursor.next(into: &entry) { found.append(entry) }
    return found
  }

  func put(_ key: [UInt8], _ value: [UInt8], at sequence: UInt64 = 1) {
    put(key: key.span, value: value.span, at: LogSequenceNumber(sequence))
  }

  func removePrefix(_ prefix: [UInt8], at sequence: UInt64 = 1) {
    removePrefix(prefix.span, at: LogSequenceNumber(sequence))
  }

  func lookup(_ key: [UInt8]) -> Lookup { lookup(key.span) }

  func sequence(of key: [UInt8]) -> LogSequenceNumber? { sequence(of: key.span) }

  /// A copy of the value that the table lends.
  func value(of key: [UInt8]) -> [UInt8]? {
    withValue(of: key.span) { value, _ in
      var copy: [UInt8] = []
      copy.append(value)
      return copy
    }
  }
}

/// The same sequence from the same seed (xorshift, Marsaglia).
struct TableGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func bytes(count: Int) -> [UInt8] {
    [UInt8](capacity: count) { output in
      while !output.isFull { output.append(UInt8(truncatingIfNeeded: next() >> 32)) }
    }
  }

  /// Short keys over few letters, some of them zeros, so that prefixes and equal words abound; now
  /// and then a long one.
  mutating func key() -> [UInt8] {
    let common = [UInt8](repeating: 0, count: Int.random(in: 0...9, using: &self) / 9 * 20)
    return common
      + (0..<Int.random(in: 0...5, using: &self)).map { _ in UInt8.random(in: 0...3, using: &self) }
  }
}
