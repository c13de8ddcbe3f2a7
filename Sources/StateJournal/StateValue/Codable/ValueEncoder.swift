/// The encoder that a value writes itself to, at one place of the tree.
struct ValueEncoder: Encoder {
  let node: EncodingNode
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.becomeObject()
    return KeyedEncodingContainer(KeyedWriter(node: node, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.becomeArray()
    return UnkeyedWriter(node: node, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleValueWriter(node: node, codingPath: codingPath)
  }
}

/// Writes the members of an object.
private struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: EncodingNode
  let codingPath: [any CodingKey]

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    nested(key).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    nested(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    ValueEncoder(
      node: node.member(PathKey.super.stringValue), codingPath: codingPath + [PathKey.super])
  }

  func superEncoder(forKey key: Key) -> any Encoder {
    ValueEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key])
  }

  /// A container asked for twice under one key is the same one.
  private func nested(_ key: Key) -> ValueEncoder {
    ValueEncoder(node: node.existingMember(key.stringValue), codingPath: codingPath + [key])
  }

  func encodeNil(forKey key: Key) { node.set(.null, as: key.stringValue) }
  func encode(_ value: Bool, forKey key: Key) { node.set(.bool(value), as: key.stringValue) }
  func encode(_ value: String, forKey key: Key) { node.set(.string(value), as: key.stringValue) }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try node.member(key.stringValue).encode(value, path: codingPath + [key])
  }

  func encode(_ value: Double, forKey key: Key) throws {
    node.set(try StateValue(float: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: Float, forKey key: Key) throws {
    node.set(try StateValue(float: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: Int, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: Int8, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: Int16, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: Int32, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: Int64, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: UInt, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: UInt8, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: UInt16, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: UInt32, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }

  func encode(_ value: UInt64, forKey key: Key) throws {
    node.set(try StateValue(integer: value, path: codingPath + [key]), as: key.stringValue)
  }
}

/// Writes the elements of an array.
private struct UnkeyedWriter: UnkeyedEncodingContainer {
  let node: EncodingNode
  let codingPath: [any CodingKey]
  var count: Int { node.elementCount }

  private var nextPath: [any CodingKey] { codingPath + [PathKey(intValue: count)] }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    nested().container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
  func superEncoder() -> any Encoder { nested() }

  private func nested() -> ValueEncoder {
    let path = nextPath
    return ValueEncoder(node: node.nextElement(), codingPath: path)
  }

  func encodeNil() { node.add(.null) }
  func encode(_ value: Bool) { node.add(.bool(value)) }
  func encode(_ value: String) { node.add(.string(value)) }

  func encode<T: Encodable>(_ value: T) throws {
    let path = nextPath
    try node.nextElement().encode(value, path: path)
  }
  func encode(_ value: Double) throws { try encodeFloat(value) }
  func encode(_ value: Float) throws { try encodeFloat(value) }
  func encode(_ value: Int) throws { try encodeInteger(value) }
  func encode(_ value: Int8) throws { try encodeInteger(value) }
  func encode(_ value: Int16) throws { try encodeInteger(value) }
  func encode(_ value: Int32) throws { try encodeInteger(value) }
  func encode(_ value: Int64) throws { try encodeInteger(value) }
  func encode(_ value: UInt) throws { try encodeInteger(value) }
  func encode(_ value: UInt8) throws { try encodeInteger(value) }
  func encode(_ value: UInt16) throws { try encodeInteger(value) }
  func encode(_ value: UInt32) throws { try encodeInteger(value) }
  func encode(_ value: UInt64) throws { try encodeInteger(value) }

  private func encodeFloat(_ value: some BinaryFloatingPoint) throws {
    node.add(try StateValue(float: value, path: nextPath))
  }

  private func encodeInteger(_ value: some BinaryInteger) throws {
    node.add(try StateValue(integer: value, path: nextPath))
  }
}

/// Writes one value.
private struct SingleValueWriter: SingleValueEncodingContainer {
  let node: EncodingNode
  let codingPath: [any CodingKey]

  func encodeNil() { node.set(.null) }
  func encode(_ value: Bool) { node.set(.bool(value)) }
  func encode(_ value: String) { node.set(.string(value)) }
  func encode<T: Encodable>(_ value: T) throws { try node.encode(value, path: codingPath) }
  func encode(_ value: Double) throws { node.set(try StateValue(float: value, path: codingPath)) }
  func encode(_ value: Float) throws { node.set(try StateValue(float: value, path: codingPath)) }
  func encode(_ value: Int) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: Int8) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: Int16) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: Int32) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: Int64) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: UInt) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: UInt8) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: UInt16) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: UInt32) throws { node.set(try StateValue(integer: value, path: codingPath)) }
  func encode(_ value: UInt64) throws { node.set(try StateValue(integer: value, path: codingPath)) }
}
