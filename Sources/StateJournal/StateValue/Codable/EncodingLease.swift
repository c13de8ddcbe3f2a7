/// What encoders and containers write through that are handed out, all but the container that is kept: so
/// whoever goes on to hold one of them can be told by the references to this.
final class EncodingLease {
  let encoding = DirectEncoding()

  init() { unsafe encoding.lease = self }

  deinit { encoding.letGo() }
}

extension EncodingLease: EncodingSink {
  func codingPath(to place: EncodingPlace) -> [any CodingKey] { encoding.codingPath(to: place) }

  func container<Key: CodingKey>(
    keyedBy type: Key.Type, at place: EncodingPlace
  ) -> KeyedEncodingContainer<Key> {
    encoding.container(keyedBy: type, at: place)
  }

  func becomeArray(at place: EncodingPlace) { encoding.becomeArray(at: place) }
  func elementCount(at place: EncodingPlace) -> Int? { encoding.elementCount(at: place) }

  func set(_ value: StateValue, at place: EncodingPlace) throws(EncodingGivenUp) {
    try encoding.set(value, at: place)
  }

  func set(_ value: StateValue, as name: String, at place: EncodingPlace) throws(EncodingGivenUp) {
    try encoding.set(value, as: name, at: place)
  }

  func set(text: String, as name: String, at place: EncodingPlace) throws(EncodingGivenUp) {
    try encoding.set(text: text, as: name, at: place)
  }

  func set(flag: Bool, as name: String, at place: EncodingPlace) throws(EncodingGivenUp) {
    try encoding.set(flag: flag, as: name, at: place)
  }

  func set(number: Int64, as name: String, at place: EncodingPlace) throws(EncodingGivenUp) {
    try encoding.set(number: number, as: name, at: place)
  }

  func add(_ value: StateValue, at place: EncodingPlace) throws(EncodingGivenUp) {
    try encoding.add(value, at: place)
  }

  func member(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder {
    encoding.member(key, at: place)
  }

  func existingMember(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder {
    encoding.existingMember(key, at: place)
  }

  func nextElement(at place: EncodingPlace) -> ValueEncoder { encoding.nextElement(at: place) }

  func encode<T: Encodable>(_ value: T, at place: EncodingPlace) throws {
    try encoding.encode(value, at: place)
  }

  func end(_ place: EncodingPlace) throws(EncodingGivenUp) { try encoding.end(place) }
}
