/// A container for the members of objects, kept for the next object with keys of the same type. Making one
/// takes as long as writing several members: its type is looked up while the program runs, and memory
/// is allocated.
struct KeptContainer {
  private struct Parts {
    /// The type of the keys.
    let keys: ObjectIdentifier
    /// A ``ContainerMaker`` for keys of that type.
    let maker: AnyObject
  }

  private var parts: Parts?
  /// The one reference that a `KeyedEncodingContainer` consists of.
  private var content: AnyObject?

  /// The container for keys of a type: the same again, or a new one to write to a place.
  mutating func container<Key: CodingKey>(
    keyedBy type: Key.Type, at place: EncodingPlace, of sink: any EncodingSink
  ) -> KeyedEncodingContainer<Key> {
    if let parts, parts.keys == ObjectIdentifier(type), let content {
      return unsafe unsafeDowncast(parts.maker, to: ContainerMaker<Key>.self).make(content)
    }
    let new = KeyedEncodingContainer(KeyedWriter<Key>(sink: sink, place: place))
    keep(new)
    return new
  }

  private mutating func keep<Key: CodingKey>(_ container: KeyedEncodingContainer<Key>) {
    // Swift could make it consist of something else one day; nothing is kept then.
    guard MemoryLayout.size(ofValue: container) == MemoryLayout<AnyObject>.size else { return }
    content = unsafe unsafeBitCast(container, to: AnyObject.self)
    parts = Parts(
      keys: ObjectIdentifier(Key.self),
      maker: ContainerMaker<Key>(make: cast(to: KeyedEncodingContainer<Key>.self)))
  }

  /// Whether nobody else holds it.
  mutating func isOwn() -> Bool { content == nil || isKnownUniquelyReferenced(&content) }
}

/// Makes a container again of what it consists of.
private final class ContainerMaker<Key: CodingKey> {
  let make: (AnyObject) -> KeyedEncodingContainer<Key>

  init(make: @escaping (AnyObject) -> KeyedEncodingContainer<Key>) { self.make = make }
}

/// Generic, and not inlined, so that what it returns brings along the type of the container: to look that
/// up for each object takes twice as long as to write a member.
@inline(never)
private func cast<Container>(to type: Container.Type) -> (AnyObject) -> Container {
  { content in unsafe unsafeBitCast(content, to: Container.self) }
}
