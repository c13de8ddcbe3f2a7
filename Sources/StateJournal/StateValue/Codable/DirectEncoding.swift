/// Encodes what an `Encodable` describes to CBOR as it is described, without a tree in between.
///
/// That takes a value that writes one place after the other: whoever leaves a place does not come
/// back to it, and every place is written to once. So values nearly always do. Where one does not (a
/// container that is filled after its sibling, a name that comes twice, something that state cannot
/// hold), the encoding is given up, and an ``EncodingNode``, to which all of that is the same, says what
/// comes of the value. Here is no second opinion on it, and none on errors. Containers throw from then on;
/// a value that catches that and goes on is asked for nothing and writes nowhere.
///
/// The bytes are kept apart from a record, since a value's own code runs while they grow: it must not
/// run under the locks of a commit.
final class DirectEncoding {
  // Not checked for exclusive access, which would cost more than what is done: no access is under way
  // when a value's own code is called, and so none when that calls back.
  @exclusivity(unchecked) private var places = OpenPlaces()

  /// What encoders and containers hold. Not counted, which would keep both alive for ever: the lease
  /// owns this encoding, and is gone from here before it is gone.
  @exclusivity(unchecked) unowned(unsafe) var lease: EncodingLease?
  /// The first container for the outermost object, kept from one encoding to the next of a type.
  @exclusivity(unchecked) private var kept = KeptContainer()

  /// Encodes a value; false when it has been given up.
  func encodeObject(_ value: some Encodable) -> Bool {
    let outermost = unsafe places.open()
    do {
      try encode(value, at: outermost)
    } catch {
      unsafe places.giveUp()
    }
    return unsafe places.endObject(at: outermost)
  }

  /// Whether nobody holds the container that is kept.
  var isContainerOwn: Bool { unsafe kept.isOwn() }

  /// What encoders and containers that are handed out write to.
  private var sink: any EncodingSink {
    if let lease = unsafe lease { return lease }
    return self
  }

  /// Forgets its lease, and the container, which holds this.
  func letGo() {
    unsafe lease = nil
    unsafe kept = KeptContainer()
  }

  /// The bytes that the object takes, or a few less when it has many members.
  var byteCount: Int { unsafe places.byteCount }

  /// How much memory is kept.
  var capacity: Int { unsafe places.capacity }

  /// Appends the object that has been encoded.
  func append(to buffer: inout [UInt8]) { unsafe places.appendObject(to: &buffer) }

  /// Forgets what has been encoded, but not the memory for it.
  func clear() {
    unsafe places.removeAll()
    unsafe kept.takeBack()
  }
}

extension DirectEncoding: EncodingSink {
  func codingPath(to place: EncodingPlace) -> [any CodingKey] {
    unsafe places.codingPath(to: place)
  }

  func container<Key: CodingKey>(
    keyedBy type: Key.Type, at place: EncodingPlace
  ) -> KeyedEncodingContainer<Key> {
    unsafe places.become(.object, at: place)
    guard place.serial == EncodingPlace.outermost.serial else {
      return KeyedEncodingContainer(KeyedWriter(sink: sink, place: place))
    }
    return unsafe kept.container(keyedBy: type, at: place, of: self, orOf: sink)
  }

  func becomeArray(at place: EncodingPlace) { unsafe places.become(.array, at: place) }

  func elementCount(at place: EncodingPlace) -> Int? { unsafe places.elementCount(at: place) }

  func set(_ value: StateValue, at place: EncodingPlace) throws(EncodingGivenUp) {
    unsafe places.set(value, at: place)
    try throwIfGivenUp()
  }

  func add(_ value: StateValue, at place: EncodingPlace) throws(EncodingGivenUp) {
    unsafe places.add(value, at: place)
    try throwIfGivenUp()
  }

  func set(_ value: StateValue, as name: String, at place: EncodingPlace) throws(EncodingGivenUp) {
    unsafe places.set(value, as: name, at: place)
    try throwIfGivenUp()
  }

  func set(text: String, as name: String, at place: EncodingPlace) throws(EncodingGivenUp) {
    unsafe places.set(text: text, as: name, at: place)
    try throwIfGivenUp()
  }

  func set(flag: Bool, as name: String, at place: EncodingPlace) throws(EncodingGivenUp) {
    unsafe places.set(flag: flag, as: name, at: place)
    try throwIfGivenUp()
  }

  func set(number: Int64, as name: String, at place: EncodingPlace) throws(EncodingGivenUp) {
    unsafe places.set(number: number, as: name, at: place)
    try throwIfGivenUp()
  }

  func member(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder {
    // Asked for first, since it is the key's own code that answers.
    let name = key.stringValue
    return ValueEncoder(sink: sink, place: unsafe places.openMember(name, key, at: place))
  }

  /// A name that comes twice is found when its object ends.
  func existingMember(_ key: any CodingKey, at place: EncodingPlace) -> ValueEncoder {
    member(key, at: place)
  }

  func nextElement(at place: EncodingPlace) -> ValueEncoder {
    ValueEncoder(sink: sink, place: unsafe places.openElement(at: place))
  }

  func encode<T: Encodable>(_ value: T, at place: EncodingPlace) throws {
    // A type that contains itself without end is to come to one.
    try throwIfGivenUp()
    do {
      // State itself is taken as it is, rather than taken apart and put together again.
      if T.self == StateValue.self, let value = value as? StateValue {
        try set(value, at: place)
      } else if T.self == StateObject.self, let object = value as? StateObject {
        try set(.object(object), at: place)
      } else {
        try value.encode(to: ValueEncoder(sink: sink, place: place))
      }
    } catch {
      unsafe places.giveUp()
      throw error
    }
    try throwIfGivenUp()
  }

  func end(_ place: EncodingPlace) throws(EncodingGivenUp) {
    unsafe places.end(place)
    try throwIfGivenUp()
  }

  @inline(__always)
  private func throwIfGivenUp() throws(EncodingGivenUp) {
    if unsafe places.isGivenUp { throw EncodingGivenUp() }
  }
}
