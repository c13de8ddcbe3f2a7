import JournalEngine
import JournalFormat

/// Changes to state as changes of a record. Names have been checked; values are while they are
/// encoded, so that an update walks its object once.
extension StateChange {
  /// Appends what the change does to keys. When it throws, a part of it has been appended, and the
  /// record is to be given up.
  func append(to record: inout [UInt8]) throws(StateError) {
    switch self {
    case .update(let address, let object):
      try Self.append(object, at: address, to: &record)
    case .remove(let address):
      RecordChange.appendRemove(key: StateKeyCoding.key(of: address).span, to: &record)
    case .removeSource(let source):
      for scope in StateAddress.Scope.allCases {
        let prefix = StateKeyCoding.prefix(of: source, scope)
        RecordChange.appendRemovePrefix(prefix.span, to: &record)
      }
    }
  }

  /// Appends the replacement of an object, key and value encoded straight into the record.
  static func append(
    _ object: StateObject, at address: StateAddress, to record: inout [UInt8]
  ) throws(StateError) {
    try RecordChange.appendPut(
      to: &record, key: { StateKeyCoding.append(address, to: &$0) },
      value: { record throws(StateError) in try object.appendValue(to: &record, at: address) })
  }

  /// Makes the change in a transaction.
  func make(in transaction: inout JournalTransaction) throws(StateError) {
    switch self {
    case .update(let address, let object):
      var value: [UInt8] = []
      try object.appendValue(to: &value, at: address)
      transaction.put(key: StateKeyCoding.key(of: address).span, value: value.span)
    case .remove(let address):
      transaction.remove(key: StateKeyCoding.key(of: address).span)
    case .removeSource(let source):
      for scope in StateAddress.Scope.allCases {
        transaction.removePrefix(StateKeyCoding.prefix(of: source, scope).span)
      }
    }
  }
}

extension StateObject {
  /// The object that a stored value encodes.
  init(stored value: Span<UInt8>, at address: StateAddress) throws(StateError) {
    do {
      try self.init(cbor: value)
    } catch {
      var located = error
      located.address = address
      throw located
    }
  }

  func appendValue(
    to bytes: inout [UInt8], at address: StateAddress
  ) throws(StateError) {
    let start = bytes.count
    do {
      try appendCBOR(to: &bytes)
    } catch {
      var located = error
      located.address = address
      throw located
    }
    // Refused here, since longer lengths do not fit the record's fields.
    let byteCount = bytes.count - start
    if byteCount > RecordHeader.maximumRecordByteCount {
      throw StateError(
        .tooLarge, "an object of \(byteCount) bytes; a commit holds at most 1 GiB",
        address: address)
    }
  }
}
