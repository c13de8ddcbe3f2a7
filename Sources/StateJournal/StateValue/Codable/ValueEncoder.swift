/// The encoder that a value writes itself to, at one place of what a sink makes.
struct ValueEncoder: Encoder {
  let sink: any EncodingSink
  let place: EncodingPlace
  var codingPath: [any CodingKey] { sink.codingPath(to: place) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    sink.container(keyedBy: type, at: place)
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    sink.becomeArray(at: place)
    return UnkeyedWriter(sink: sink, place: place)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleValueWriter(sink: sink, place: place)
  }

  /// Writes the whole of what is to stand here.
  fileprivate func write(_ value: some Encodable) throws {
    try sink.encode(value, at: place)
    try sink.end(place)
  }
}

/// Writes the members of an object.
struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let sink: any EncodingSink
  let place: EncodingPlace
  var codingPath: [any CodingKey] { sink.codingPath(to: place) }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    nested(key).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    nested(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { sink.member(PathKey.super, at: place) }
  func superEncoder(forKey key: Key) -> any Encoder { sink.member(key, at: place) }

  /// A container asked for twice under one key is the same one.
  private func nested(_ key: Key) -> ValueEncoder { sink.existingMember(key, at: place) }

  func encodeNil(forKey key: Key) throws { try set(.null, key) }
  func encode(_ value: Bool, forKey key: Key) throws {
    try sink.set(flag: value, as: key.stringValue, at: place)
  }

  func encode(_ value: String, forKey key: Key) throws {
    try sink.set(text: value, as: key.stringValue, at: place)
  }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try sink.member(key, at: place).write(value)
  }

  func encode(_ value: Double, forKey key: Key) throws {
    try set(StateValue(float: value, path: codingPath + [key]), key)
  }

  func encode(_ value: Float, forKey key: Key) throws {
    try set(StateValue(float: value, path: codingPath + [key]), key)
  }

  func encode(_ value: Int, forKey key: Key) throws { try set(Int64(value), key) }
  func encode(_ value: Int8, forKey key: Key) throws { try set(Int64(value), key) }
  func encode(_ value: Int16, forKey key: Key) throws { try set(Int64(value), key) }
  func encode(_ value: Int32, forKey key: Key) throws { try set(Int64(value), key) }
  func encode(_ value: Int64, forKey key: Key) throws { try set(Int64(value), key) }

  func encode(_ value: UInt, forKey key: Key) throws {
    try set(StateValue(integer: value, path: codingPath + [key]), key)
  }

  func encode(_ value: UInt8, forKey key: Key) throws { try set(Int64(value), key) }
  func encode(_ value: UInt16, forKey key: Key) throws { try set(Int64(value), key) }
  func encode(_ value: UInt32, forKey key: Key) throws { try set(Int64(value), key) }

  func encode(_ value: UInt64, forKey key: Key) throws {
    try set(StateValue(integer: value, path: codingPath + [key]), key)
  }

  @inline(__always)
  private func set(_ number: Int64, _ key: Key) throws(EncodingGivenUp) {
    try sink.set(number: number, as: key.stringValue, at: place)
  }

  private func set(_ value: StateValue, _ key: Key) throws(EncodingGivenUp) {
    try sink.set(value, as: key.stringValue, at: place)
  }
}

/// Writes the elements of an array.
private struct UnkeyedWriter: UnkeyedEncodingContainer {
  let sink: any EncodingSink
  let place: EncodingPlace
  /// How many elements were begun here, for a sink that has stopped counting: who waits for a number
  /// of them is not to wait without end.
  private var begunCount: UInt32 = 0

  init(sink: any EncodingSink, place: EncodingPlace) { (self.sink, self.place) = (sink, place) }

  var codingPath: [any CodingKey] { sink.codingPath(to: place) }
  var count: Int { sink.elementCount(at: place) ?? Int(begunCount) }

  private var nextPath: [any CodingKey] { codingPath + [PathKey(intValue: count)] }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    next().container(keyedBy: keyType)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    next().unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder { next() }

  private mutating func next() -> ValueEncoder {
    begunCount &+= 1
    return sink.nextElement(at: place)
  }

  private mutating func add(_ value: StateValue) throws(EncodingGivenUp) {
    begunCount &+= 1
    try sink.add(value, at: place)
  }

  mutating func encodeNil() throws { try add(.null) }
  mutating func encode(_ value: Bool) throws { try add(.bool(value)) }
  mutating func encode(_ value: String) throws { try add(.string(value)) }
  mutating func encode<T: Encodable>(_ value: T) throws { try next().write(value) }
  mutating func encode(_ value: Double) throws { try addFloat(value) }
  mutating func encode(_ value: Float) throws { try addFloat(value) }
  mutating func encode(_ value: Int) throws { try add(.int(Int64(value))) }
  mutating func encode(_ value: Int8) throws { try add(.int(Int64(value))) }
  mutating func encode(_ value: Int16) throws { try add(.int(Int64(value))) }
  mutating func encode(_ value: Int32) throws { try add(.int(Int64(value))) }
  mutating func encode(_ value: Int64) throws { try add(.int(Int64(value))) }
  mutating func encode(_ value: UInt) throws { try addInteger(value) }
  mutating func encode(_ value: UInt8) throws { try add(.int(Int64(value))) }
  mutating func encode(_ value: UInt16) throws { try add(.int(Int64(value))) }
  mutating func encode(_ value: UInt32) throws { try add(.int(Int64(value))) }
  mutating func encode(_ value: UInt64) throws { try addInteger(value) }

  private mutating func addFloat(_ value: some BinaryFloatingPoint) throws {
    try add(StateValue(float: value, path: nextPath))
  }

  private mutating func addInteger(_ value: some BinaryInteger) throws {
    try add(StateValue(integer: value, path: nextPath))
  }
}

/// Writes one value.
private struct SingleValueWriter: SingleValueEncodingContainer {
  let sink: any EncodingSink
  let place: EncodingPlace
  var codingPath: [any CodingKey] { sink.codingPath(to: place) }

  func encodeNil() throws { try set(.null) }
  func encode(_ value: Bool) throws { try set(.bool(value)) }
  func encode(_ value: String) throws { try set(.string(value)) }
  func encode<T: Encodable>(_ value: T) throws { try sink.encode(value, at: place) }
  func encode(_ value: Double) throws { try set(StateValue(float: value, path: codingPath)) }
  func encode(_ value: Float) throws { try set(StateValue(float: value, path: codingPath)) }
  func encode(_ value: Int) throws { try set(.int(Int64(value))) }
  func encode(_ value: Int8) throws { try set(.int(Int64(value))) }
  func encode(_ value: Int16) throws { try set(.int(Int64(value))) }
  func encode(_ value: Int32) throws { try set(.int(Int64(value))) }
  func encode(_ value: Int64) throws { try set(.int(Int64(value))) }
  func encode(_ value: UInt) throws { try setInteger(value) }
  func encode(_ value: UInt8) throws { try set(.int(Int64(value))) }
  func encode(_ value: UInt16) throws { try set(.int(Int64(value))) }
  func encode(_ value: UInt32) throws { try set(.int(Int64(value))) }
  func encode(_ value: UInt64) throws { try setInteger(value) }

  private func setInteger(_ value: some BinaryInteger) throws {
    try set(StateValue(integer: value, path: codingPath))
  }

  private func set(_ value: StateValue) throws(EncodingGivenUp) {
    try sink.set(value, at: place)
  }
}
