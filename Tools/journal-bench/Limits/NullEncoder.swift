/// An encoder that counts what it is given and writes nothing: what is left is the code that Swift makes
/// for a `Codable` type, and its containers, which every encoder has to pay for.
///
/// It knows objects of single values, as the typical update is one; anything nested counts as nothing.
final class NullEncoder: Encoder {
  fileprivate(set) var memberCount = 0
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Members(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { Values(encoder: self) }
  func singleValueContainer() -> any SingleValueEncodingContainer { Values(encoder: self) }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: NullEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { encoder.memberCount += 1 }
    func encode(_ value: Bool, forKey key: Key) { encoder.memberCount += 1 }
    func encode(_ value: String, forKey key: Key) { encoder.memberCount += 1 }
    func encode(_ value: Int, forKey key: Key) { encoder.memberCount += 1 }
    func encode(_ value: some Encodable, forKey key: Key) { encoder.memberCount += 1 }

    func nestedContainer<NestedKey: CodingKey>(
      keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
      encoder.container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      encoder.unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder }
    func superEncoder(forKey key: Key) -> any Encoder { encoder }
  }

  private struct Values: UnkeyedEncodingContainer, SingleValueEncodingContainer {
    let encoder: NullEncoder
    var codingPath: [any CodingKey] { [] }
    var count: Int { 0 }

    func encodeNil() {}
    func encode(_ value: some Encodable) {}

    func nestedContainer<NestedKey: CodingKey>(
      keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
      encoder.container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
    func superEncoder() -> any Encoder { encoder }
  }
}
