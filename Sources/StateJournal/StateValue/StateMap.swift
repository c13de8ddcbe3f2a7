/// A map from names to values that tells names apart by their bytes.
///
/// Swift compares strings by canonical equivalence, so a `Dictionary` would merge "é" written as
/// one scalar with "é" written as two. State is data, and data does not change on its way: here
/// they are two names. Members stand in the order of RFC 8949, section 4.2.1 (shorter names first,
/// then by bytes), which makes encoding a walk and every listing stable.
///
/// Look-up is O(log n); inserting into the middle is O(n); building from a sequence is O(n log n).
public struct StateMap<Value: Sendable>: Sendable {
  @usableFromInline var members: [(String, Value)]

  /// An empty map.
  public init() { members = [] }

  /// Up to so many members are put in place one by one, which costs no memory beside their own.
  @usableFromInline static var smallCount: Int { 16 }

  /// A map of the given members; of several with the same name the last one stays.
  public init(_ elements: some Sequence<(String, Value)>) { self.init(array: Array(elements)) }

  // Inlined into its callers, who know the type of the values: an object is made for every update, and
  // looking that type up would take longer than making it. The array that it is given becomes its own,
  // which nobody else has when it was written as a literal.
  @inlinable
  init(array elements: consuming [(String, Value)]) {
    members = elements
    if members.count <= Self.smallCount { arrange() } else { sort() }
  }

  /// Puts members that stand in any order where they belong, each by looking for its place from the
  /// end of those before it.
  @inlinable
  mutating func arrange() {
    var next = 1
    while next < members.count {
      var index = next
      var order = -1
      while index > 0 {
        order = String.encodedOrder(members[index - 1].0, members[next].0)
        if order <= 0 { break }
        index -= 1
      }
      if order == 0 {
        members[index - 1].1 = members[next].1
        members.remove(at: next)
        continue
      }
      var place = next
      while place > index {
        members.swapAt(place, place - 1)
        place -= 1
      }
      next += 1
    }
  }

  @usableFromInline
  mutating func sort() {
    var sorted: [(offset: Int, element: (String, Value))] = Array(members.enumerated())
    sorted.sort { left, right in
      switch String.encodedOrder(left.element.0, right.element.0) {
      case ..<0: true
      case 0: left.offset < right.offset
      default: false
      }
    }
    members.removeAll(keepingCapacity: true)
    for (_, (name, value)) in sorted {
      if let last = members.last, last.0.hasSameBytes(as: name) {
        members[members.count - 1].1 = value
      } else {
        members.append((name, value))
      }
    }
  }

  /// The value under `name`; setting `nil` removes the member.
  public subscript(name: String) -> Value? {
    get {
      let (index, found) = position(of: name)
      return found ? members[index].1 : nil
    }
    set {
      let (index, found) = position(of: name)
      switch (found, newValue) {
      case (true, let value?): members[index].1 = value
      case (true, nil): members.remove(at: index)
      case (false, let value?): members.insert((name, value), at: index)
      case (false, nil): break
      }
    }
  }

  /// The value under `name`, or `fallback` where there is none; assigning stores it.
  public subscript(name: String, default fallback: @autoclosure () -> Value) -> Value {
    get { self[name] ?? fallback() }
    set { self[name] = newValue }
  }

  /// The names, in the map's order.
  public var names: [String] { members.map(\.0) }

  /// Appends a member that stands after all others, as a decoder finds them.
  mutating func appendLast(_ name: String, _ value: Value) {
    members.append((name, value))
  }

  private func position(of name: String) -> (index: Int, found: Bool) {
    var (low, high) = (0, members.count)
    while low < high {
      let middle = (low + high) / 2
      let order = String.encodedOrder(members[middle].0, name)
      if order == 0 { return (middle, true) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }
}

extension StateMap: RandomAccessCollection {
  /// One member: its name and its value.
  public typealias Element = (name: String, value: Value)
  public var startIndex: Int { 0 }
  public var endIndex: Int { members.count }
  public subscript(position: Int) -> Element {
    (name: members[position].0, value: members[position].1)
  }
}

extension StateMap: ExpressibleByDictionaryLiteral {
  @inlinable
  public init(dictionaryLiteral elements: (String, Value)...) { self.init(array: elements) }
}

extension StateMap: Equatable where Value: Equatable {
  public static func == (left: Self, right: Self) -> Bool {
    left.count == right.count
      && zip(left.members, right.members).allSatisfy { one, other in
        one.0.hasSameBytes(as: other.0) && one.1 == other.1
      }
  }
}

extension StateMap: Hashable where Value: Hashable {
  public func hash(into hasher: inout Hasher) {
    hasher.combine(members.count)
    for (name, value) in members {
      name.hashBytes(into: &hasher)
      hasher.combine(value)
    }
  }
}
