/// What a ``DirectEncoding`` has come to: the bytes so far, and the places among them that can still be
/// written to, each inside the one before. Nothing here calls a value's own code.
struct OpenPlaces: ~Copyable {
  enum Kind: BitwiseCopyable {
    case nothing
    case value
    case array
    case object
  }

  struct Place: BitwiseCopyable {
    let serial: UInt32
    /// Where its first byte is, or will be.
    let start: Int
    /// Of all members, the first one of its own.
    let firstMember: Int
    var kind = Kind.nothing
    var elementCount = 0
  }

  private var places = ScratchList<Place>(capacity: 8)
  /// The keys that lead to the last place, each to one place.
  private var keys: [any CodingKey] = []
  /// The members of open objects, outermost object first.
  private var members = EncodedMembers()
  private var bytes = ScratchList<UInt8>(capacity: 256)
  /// What no place has as its serial, not even that where nothing is written.
  private static let noPlace = UInt32.max
  /// The serial of the last place; none before there is one, and when nothing is to be written any more.
  private var lastPlace = noPlace
  private var highestSerial: UInt32 = 0
  private(set) var isGivenUp = false

  /// The bytes that the outermost object takes, or a few less when it has many members.
  var byteCount: Int { bytes.count }

  /// How much memory the bytes keep.
  var capacity: Int { bytes.capacity }

  /// Appends the outermost object, which has ended.
  func appendObject(to buffer: inout [UInt8]) {
    buffer.append(addingCapacity: CBOREncoder.longestHeadByteCount + bytes.count) { output in
      CBOREncoder.writeHead(.map, UInt64(members.count), to: &output)
      members.write(from: 0, of: bytes, to: &output)
    }
  }

  /// Forgets everything but the memory.
  mutating func removeAll() {
    places.truncate(to: 0)
    if !keys.isEmpty { keys.removeAll(keepingCapacity: true) }
    members.removeAll()
    bytes.truncate(to: 0)
    (lastPlace, highestSerial, isGivenUp) = (Self.noPlace, 0, false)
  }

  mutating func giveUp() {
    isGivenUp = true
    lastPlace = Self.noPlace
  }
}

/// What begins and ends places.
extension OpenPlaces {
  /// Begins a place inside the last one.
  mutating func open() -> EncodingPlace {
    guard highestSerial < Self.noPlace - 1 else {
      giveUp()
      return .nowhere
    }
    highestSerial += 1
    lastPlace = highestSerial
    places.append(
      Place(serial: highestSerial, start: bytes.count, firstMember: members.count))
    return EncodingPlace(serial: highestSerial)
  }

  /// Ends the outermost place, and says whether it is an object.
  mutating func endObject(at outermost: EncodingPlace) -> Bool {
    guard isLast(outermost) else { return false }
    switch places[0].kind {
    case .object: if members.sort(from: 0, in: bytes) == .ambiguous { giveUp() }
    // A type that wrote nothing is an object without members.
    case .nothing: break
    case .value, .array: giveUp()
    }
    return !isGivenUp
  }

  /// Ends a place, unless what was written around it meanwhile has done so.
  mutating func end(_ place: EncodingPlace) {
    guard !isGivenUp, let depth = index(of: place) else {
      return
    }
    while places.count > depth { endLast() }
  }

  /// Whether a place can be written to. Those inside of it cannot any more from then on.
  @inline(__always)
  private mutating func isLast(_ place: EncodingPlace) -> Bool {
    place.serial == lastPlace || becomesLast(place)
  }

  @inline(never)
  private mutating func becomesLast(_ place: EncodingPlace) -> Bool {
    guard let depth = depth(of: place) else { return false }
    while places.count > depth + 1 { endLast() }
    return !isGivenUp
  }

  /// How many places are around one; where it is not open any more, the encoding is given up.
  private mutating func depth(of place: EncodingPlace) -> Int? {
    let depth = isGivenUp ? nil : index(of: place)
    if depth == nil { giveUp() }
    return depth
  }

  private func index(of place: EncodingPlace) -> Int? {
    (0..<places.count).last { places[$0].serial == place.serial }
  }

  /// Ends the last place, which is not the outermost one.
  private mutating func endLast() {
    let place = places[places.count - 1]
    places.truncate(to: places.count - 1)
    keys.removeLast()
    if !isGivenUp { lastPlace = places[places.count - 1].serial }
    switch place.kind {
    case .value: break
    case .nothing:
      // An object without members then, for which there may be no level left.
      if places.count >= StateValue.maximumDepth { giveUp() }
      bytes.append(CBORMajor.map.rawValue << 5)
    case .array: setHead(.array, place.elementCount, of: place)
    case .object:
      switch members.sort(from: place.firstMember, in: bytes) {
      case .inOrder: break
      case .moved: members.arrange(from: place.firstMember, in: &bytes)
      case .ambiguous: giveUp()
      }
      setHead(.map, members.count - place.firstMember, of: place)
      members.removeAll(from: place.firstMember)
    }
  }

  /// Writes the head of a container, for which one byte was left.
  private mutating func setHead(_ major: CBORMajor, _ count: Int, of place: Place) {
    if count <= CBOREncoder.largestShortArgument {
      bytes[place.start] = major.rawValue << 5 | UInt8(count)
      return
    }
    let shift = CBOREncoder.headByteCount(count) - 1
    let end = bytes.count
    bytes.append(room: shift) { output in output.append(repeating: 0, count: shift) }
    for offset in (place.start + 1..<end).reversed() { bytes[offset + shift] = bytes[offset] }
    var head: [UInt8] = []
    head.append(addingCapacity: CBOREncoder.longestHeadByteCount) { output in
      CBOREncoder.writeHead(major, UInt64(count), to: &output)
    }
    for (offset, byte) in head.enumerated() { bytes[place.start + offset] = byte }
  }
}

/// What is written to places.
extension OpenPlaces {
  /// The keys that lead to a place.
  mutating func codingPath(to place: EncodingPlace) -> [any CodingKey] {
    Array(keys.prefix(depth(of: place) ?? keys.count))
  }

  mutating func elementCount(at place: EncodingPlace) -> Int? {
    depth(of: place).map { places[$0].elementCount }
  }

  /// Says what kind of thing a place is; false when it has become another one already.
  @discardableResult
  mutating func become(_ kind: Kind, at place: EncodingPlace) -> Bool {
    guard isLast(place) else { return false }
    let last = places.count - 1
    if places[last].kind == kind, kind != .value { return true }
    guard places[last].kind == .nothing, kind == .value || last < StateValue.maximumDepth else {
      giveUp()
      return false
    }
    places[last].kind = kind
    if kind != .value, last > 0 { bytes.append(0) }
    return true
  }

  mutating func set(_ value: StateValue, at place: EncodingPlace) {
    if become(.value, at: place) { append(value, depth: places.count - 1) }
  }

  mutating func add(_ value: StateValue, at place: EncodingPlace) {
    guard isLast(place) else { return }
    places[places.count - 1].elementCount += 1
    append(value, depth: places.count)
  }

  mutating func set(_ value: StateValue, as name: String, at place: EncodingPlace) {
    guard isLast(place) else { return }
    let start = bytes.count
    do {
      let nameEnd = try CBOREncoder.append(name, value, to: &bytes, depth: places.count)
      members.append(nameAt: start..<nameEnd)
    } catch {
      giveUp()
    }
  }

  @inline(__always)
  mutating func set(text: String, as name: String, at place: EncodingPlace) {
    set(at: place) { bytes in CBOREncoder.append(name, text, to: &bytes) }
  }

  @inline(__always)
  mutating func set(flag: Bool, as name: String, at place: EncodingPlace) {
    set(at: place) { bytes in CBOREncoder.append(name, flag, to: &bytes) }
  }

  @inline(__always)
  mutating func set(number: Int64, as name: String, at place: EncodingPlace) {
    set(at: place) { bytes in CBOREncoder.append(name, number, to: &bytes) }
  }

  /// Sets a member that `append` appends, name and value; it returns where the name ends.
  @inline(__always)
  private mutating func set(
    at place: EncodingPlace, _ append: (inout ScratchList<UInt8>) -> Int
  ) {
    guard isLast(place) else { return }
    let start = bytes.count
    members.append(nameAt: start..<append(&bytes))
  }

  /// Begins a member.
  mutating func openMember(
    _ name: String, _ key: any CodingKey, at place: EncodingPlace
  ) -> EncodingPlace {
    guard isLast(place) else { return .nowhere }
    let start = bytes.count
    CBOREncoder.append(name, to: &bytes)
    members.append(nameAt: start..<bytes.count)
    keys.append(key)
    return open()
  }

  /// Begins an element.
  mutating func openElement(at place: EncodingPlace) -> EncodingPlace {
    guard isLast(place) else { return .nowhere }
    let last = places.count - 1
    keys.append(PathKey(intValue: places[last].elementCount))
    places[last].elementCount += 1
    return open()
  }

  /// Writes a value that stands inside so many containers.
  private mutating func append(_ value: StateValue, depth: Int) {
    do {
      try CBOREncoder.append(value, to: &bytes, depth: depth)
    } catch {
      giveUp()
    }
  }
}
