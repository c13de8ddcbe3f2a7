/// One of the places that values are written to: the outermost one, a member's or an element's.
/// What it means is its sink's to know.
struct EncodingPlace {
  /// Tells it from other places of one sink; no place has zero.
  let serial: UInt32

  /// Where nothing is written.
  static let nowhere = EncodingPlace(serial: 0)
}

/// What an `Encodable` writes itself to: the encoder and its containers say what stands where, and a
/// sink makes something of it.
protocol EncodingSink: AnyObject {
  /// The keys that lead to a place.
  func codingPath(to place: EncodingPlace) -> [any CodingKey]

  /// Makes what stands at a place an object, if it is not one yet.
  func becomeObject(at place: EncodingPlace)
  /// Makes what stands at a place an array, if it is not one yet.
  func becomeArray(at place: EncodingPlace)
  /// How many elements of the array at a place have been begun; nil when that is not known any more.
  func elementCount(at place: EncodingPlace) -> Int?

  /// Puts a value at a place.
  func set(_ value: StateValue, at place: EncodingPlace)
  /// Sets a member of the object at a place.
  func set(_ value: StateValue, as name: String, at place: EncodingPlace)
  /// Adds an element to the array at a place.
  func add(_ value: StateValue, at place: EncodingPlace)

  /// The place of a member.
  func member(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder
  /// The place of the member of that name, once more if it has been begun.
  func existingMember(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder
  /// The place of the next element.
  func nextElement(at place: EncodingPlace) -> ValueEncoder

  /// Writes any value at a place.
  func encode<T: Encodable>(_ value: T, at place: EncodingPlace) throws
  /// Says that the value at a place has been written.
  func end(_ place: EncodingPlace)
}
