import JournalFormat

/// How an address becomes a key of the journal, and back (`KeysAndValues.md`, "Keys").
///
/// ```
/// source   UTF-8, each 00 in it written as 00 FF
/// 00       the end of the source
/// scope    01 a stream, 02 another key
/// name     UTF-8 as it is, up to the end of the key
/// ```
///
/// No key of a source is a prefix of, or shares ``sourcePrefix(_:)`` and a scope with, a key of
/// another: behind the 00 that ends a source comes a scope, and behind a 00 inside one comes FF.
/// Sources stand in the order of their bytes, since a scope is less than FF, and FF less than no
/// byte that could follow.
package enum StateKeyCoding {
  private static let zero: UInt8 = 0
  /// Follows a zero byte that belongs to the source's name.
  private static let escape: UInt8 = 0xFF
  /// Greater than every scope, less than ``escape``.
  private static let behindScopes: UInt8 = 0x03

  /// What follows a zero byte at the beginning of a key that is no state: kinds of entries of our own,
  /// such as labels.
  private static let reservedKinds: ClosedRange<UInt8> = 0x01...0x7F
  /// Behind all reserved keys, and before every key of a source.
  static let behindReserved: [UInt8] = [zero, reservedKinds.upperBound + 1]

  /// Whether a key belongs to none of the sources but to the store itself. Listings of state leave
  /// it out.
  static func isReserved(_ key: Span<UInt8>) -> Bool {
    key.count > 2 && key[0] == zero && reservedKinds.contains(key[1])
  }

  /// Appends the key of an address, whose names have been checked.
  static func append(_ address: StateAddress, to key: inout [UInt8]) {
    append(source: address.source, to: &key)
    key.append(address.scope.rawValue)
    key.append(contentsOf: address.name.utf8)
  }

  /// The key of an address, whose names have been checked.
  package static func key(of address: StateAddress) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(address.source.utf8.count + 2 + address.name.utf8.count)
    append(address, to: &key)
    return key
  }

  /// What the keys of a source begin with, followed by a scope. Keys of sources whose names go on
  /// with a zero byte begin like this too, but with ``escape`` in the place of the scope.
  package static func sourcePrefix(_ source: String) -> [UInt8] {
    var prefix: [UInt8] = []
    prefix.reserveCapacity(source.utf8.count + 2)
    append(source: source, to: &prefix)
    return prefix
  }

  /// What the keys of one scope of a source, and no others, begin with.
  static func prefix(of source: String, _ scope: StateAddress.Scope) -> [UInt8] {
    var prefix = sourcePrefix(source)
    prefix.append(scope.rawValue)
    return prefix
  }

  /// A key behind all keys of a source and before, or at, the first key of the next one.
  static func successor(ofSource source: String) -> [UInt8] {
    var key = sourcePrefix(source)
    key.append(behindScopes)
    return key
  }

  private static func append(source: String, to key: inout [UInt8]) {
    let bytes = source.utf8Span.span
    var start = 0
    for index in bytes.indices where bytes[index] == zero {
      key.append(bytes.extracting(start...index))
      key.append(escape)
      start = index + 1
    }
    key.append(bytes.extracting(start..<bytes.count))
    key.append(zero)
  }
}

extension StateSelection {
  /// What the keys of all that is selected begin with, and perhaps those of others.
  var keyPrefix: [UInt8] {
    switch self {
    case .source(let source): StateKeyCoding.sourcePrefix(source)
    case .object(let address): StateKeyCoding.key(of: address)
    }
  }
}

/// Decoding. Keys come from disk and are believed only after they were checked.
extension StateKeyCoding {
  /// What a key is that no address has.
  package struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: String, Sendable, CaseIterable {
      case unendedSource = "the source's name does not end"
      case unknownScope = "neither a stream nor another key"
      case invalidSource = "the source's name is empty, too long or not UTF-8"
      case invalidName = "the name is empty, too long or not UTF-8"
    }

    /// What is wrong.
    package let reason: Reason
    /// The offset in the key, in bytes.
    package let offset: Int

    package var description: String {
      "a key that no address has (\(reason.rawValue), at byte \(offset) of the key)"
    }
  }

  /// The address that a key stands for.
  package static func address(of key: Span<UInt8>) throws(Malformed) -> StateAddress {
    let (source, scopeOffset) = try source(of: key)
    guard scopeOffset < key.count, let scope = StateAddress.Scope(rawValue: key[scopeOffset]) else {
      throw Malformed(reason: .unknownScope, offset: scopeOffset)
    }
    return StateAddress(
      source: source, scope: scope, name: try name(of: key, from: scopeOffset + 1))
  }

  /// The source that a key, or what all keys of a scope begin with, belongs to, and the offset
  /// behind the byte that ends it.
  package static func source(
    of key: Span<UInt8>
  ) throws(Malformed) -> (source: String, end: Int) {
    var unescaped: [UInt8] = []
    var start = 0
    var index = 0
    while index < key.count {
      if key[index] != zero {
        index += 1
      } else if index + 1 < key.count, key[index + 1] == escape {
        unescaped.append(key.extracting(start...index))
        index += 2
        start = index
      } else {
        unescaped.append(key.extracting(start..<index))
        guard let source = text(unescaped.span) else {
          throw Malformed(reason: .invalidSource, offset: 0)
        }
        return (source, index + 1)
      }
    }
    throw Malformed(reason: .unendedSource, offset: key.count)
  }

  /// The offset behind the byte that ends the source of a key; `nil` when nothing does. O(key).
  static func endOfSource(_ key: Span<UInt8>) -> Int? {
    var index = 0
    while index < key.count {
      if key[index] != zero {
        index += 1
      } else if index + 1 < key.count, key[index + 1] == escape {
        index += 2
      } else {
        return index == 0 ? nil : index + 1
      }
    }
    return nil
  }

  /// The name at the end of a key whose name starts at `offset`.
  static func name(of key: Span<UInt8>, from offset: Int) throws(Malformed) -> String {
    guard let name = text(key.extracting(offset..<key.count)) else {
      throw Malformed(reason: .invalidName, offset: offset)
    }
    return name
  }

  private static func text(_ bytes: Span<UInt8>) -> String? {
    guard 1...StateAddress.maximumNameByteCount ~= bytes.count,
      let valid = try? UTF8Span(validating: bytes)
    else { return nil }
    return String(copying: valid)
  }
}

extension StateError {
  /// The error of a key that cannot be read.
  package init(_ malformed: StateKeyCoding.Malformed) {
    self.init(
      .undecodable, "the store holds \(malformed); was it written by other software?",
      underlying: malformed)
  }
}
