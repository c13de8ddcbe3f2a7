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

  /// Whether the value at hand has been given it, and may hold it: no other takes its place then, since
  /// whether a value goes on to hold a container is asked of the kept one alone.
  private var isHandedOut = false

  /// The container for keys of a type: the same again, or a new one to write to a place. It is no optional:
  /// to make one of it, Swift looks up the type of the container.
  ///
  /// - Parameters:
  ///   - sink: what the container writes through that is kept.
  ///   - lease: what one writes through that is not kept.
  mutating func container<Key: CodingKey>(
    keyedBy type: Key.Type, at place: EncodingPlace, of sink: any EncodingSink,
    orOf lease: @autoclosure () -> any EncodingSink
  ) -> KeyedEncodingContainer<Key> {
    if let parts, parts.keys == ObjectIdentifier(type), let content {
      isHandedOut = true
      return unsafe unsafeDowncast(parts.maker, to: ContainerMaker<Key>.self).make(content)
    }
    let isKept = !isHandedOut && canKeep(KeyedEncodingContainer<Key>.self)
    let new = KeyedEncodingContainer(KeyedWriter<Key>(sink: isKept ? sink : lease(), place: place))
    if isKept { keep(new) }
    return new
  }

  /// Swift could make a container consist of something else one day; nothing is kept then.
  private func canKeep<Container>(_ type: Container.Type) -> Bool {
    MemoryLayout<Container>.size == MemoryLayout<AnyObject>.size
  }

  private mutating func keep<Key: CodingKey>(_ container: KeyedEncodingContainer<Key>) {
    content = unsafe unsafeBitCast(container, to: AnyObject.self)
    parts = Parts(
      keys: ObjectIdentifier(Key.self),
      maker: ContainerMaker<Key>(make: cast(to: KeyedEncodingContainer<Key>.self)))
    isHandedOut = true
  }

  /// Says that the next value begins; nobody else may hold it.
  mutating func takeBack() { isHandedOut = false }

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
