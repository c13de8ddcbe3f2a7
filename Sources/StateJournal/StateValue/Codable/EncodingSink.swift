/// One of the places that values are written to: the outermost one, a member's or an element's.
/// What it means is its sink's to know.
struct EncodingPlace {
  /// Tells it from other places of one sink, from 1 on.
  let serial: UInt32

  /// The place that an encoding begins with.
  static let outermost = EncodingPlace(serial: 1)

  /// No place of a sink that has several; for one that is a single place, that one.
  static let nowhere = EncodingPlace(serial: 0)
}

/// What a container throws when nothing of what it is given is wanted any more, so that the value's own
/// code ends at once: a loop in it might wait for elements that nobody asks to encode themselves. It
/// never reaches who has the value encoded, since that begins again with an ``EncodingNode``.
struct EncodingGivenUp: Error, CustomStringConvertible {
  var description: String { "this encoding has been given up, and begins again from the start" }
}

/// What an `Encodable` writes itself to: the encoder and its containers say what stands where, and a
/// sink makes something of it. What can throw does so in an encoding that has been given up, also in the
/// call that made it so.
protocol EncodingSink: AnyObject {
  /// The keys that lead to a place.
  func codingPath(to place: EncodingPlace) -> [any CodingKey]

  /// Makes what stands at a place an object, if it is not one yet, and returns what its members are
  /// written to.
  func container<Key: CodingKey>(
    keyedBy type: Key.Type, at place: EncodingPlace
  ) -> KeyedEncodingContainer<Key>
  /// Makes what stands at a place an array, if it is not one yet.
  func becomeArray(at place: EncodingPlace)
  /// How many elements of the array at a place have been begun; nil when that is not known any more.
  func elementCount(at place: EncodingPlace) -> Int?

  /// Puts a value at a place.
  func set(_ value: StateValue, at place: EncodingPlace) throws(EncodingGivenUp)
  /// Sets a member of the object at a place.
  func set(_ value: StateValue, as name: String, at place: EncodingPlace) throws(EncodingGivenUp)
  /// The same of the kinds that most members have, without making a value first: that takes
  /// counting the references to a text.
  func set(text: String, as name: String, at place: EncodingPlace) throws(EncodingGivenUp)
  func set(flag: Bool, as name: String, at place: EncodingPlace) throws(EncodingGivenUp)
  func set(number: Int64, as name: String, at place: EncodingPlace) throws(EncodingGivenUp)
  /// Adds an element to the array at a place.
  func add(_ value: StateValue, at place: EncodingPlace) throws(EncodingGivenUp)

  /// The place of a member.
  func member(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder
  /// The place of the member of that name, once more if it has been begun.
  func existingMember(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder
  /// The place of the next element.
  func nextElement(at place: EncodingPlace) -> ValueEncoder

  /// Writes any value at a place.
  func encode<T: Encodable>(_ value: T, at place: EncodingPlace) throws
  /// Says that the value at a place has been written.
  func end(_ place: EncodingPlace) throws(EncodingGivenUp)
}
