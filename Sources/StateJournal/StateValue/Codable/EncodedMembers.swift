/// Where the members of objects are among the bytes that an encoding has made so far, so that they can
/// be put in order when an object ends: types write their members as they like, and the format wants
/// them by name.
struct EncodedMembers: ~Copyable {
  struct Member: BitwiseCopyable {
    let start: Int
    let valueStart: Int
    /// Known once the object ends.
    var end = 0
  }

  /// What came of putting an object's members in order.
  enum Order {
    /// They were already.
    case inOrder
    case moved
    /// Two have the same name.
    case ambiguous
  }

  private var members = ScratchList<Member>(capacity: 16)

  var count: Int { members.count }

  /// Notes a member whose name of so many bytes has been written at an offset.
  @inline(__always)
  mutating func append(nameOf byteCount: Int, at start: Int) {
    members.append(
      Member(
        start: start, valueStart: start + CBOREncoder.headByteCount(byteCount) + byteCount))
  }

  /// Puts the members of the innermost object in order; the bytes stay where they are.
  mutating func sort(from first: Int, in bytes: borrowing ScratchList<UInt8>) -> Order {
    var end = bytes.count
    for index in (first..<members.count).reversed() {
      members[index].end = end
      end = members[index].start
    }
    return members.count - first <= StateObject.smallCount
      ? insertionSort(from: first, in: bytes) : mergeSort(from: first, in: bytes)
  }

  private mutating func insertionSort(
    from first: Int, in bytes: borrowing ScratchList<UInt8>
  ) -> Order {
    var result = Order.inOrder
    var next = first + 1
    while next < members.count {
      let member = members[next]
      var index = next
      while index > first {
        let order = Self.order(members[index - 1], member, bytes)
        if order == 0 { return .ambiguous }
        if order < 0 { break }
        members[index] = members[index - 1]
        index -= 1
      }
      if index < next {
        members[index] = member
        result = .moved
      }
      next += 1
    }
    return result
  }

  private mutating func mergeSort(
    from first: Int, in bytes: borrowing ScratchList<UInt8>
  ) -> Order {
    var sorted = (first..<members.count).map { members[$0] }
    sorted.sort { Self.order($0, $1, bytes) < 0 }
    for (index, member) in sorted.enumerated() {
      if index > 0, Self.order(sorted[index - 1], member, bytes) == 0 { return .ambiguous }
      members[first + index] = member
    }
    return .moved
  }

  /// Names in their encoding stand in the order of names.
  private static func order(
    _ left: Member, _ right: Member, _ bytes: borrowing ScratchList<UInt8>
  ) -> Int {
    let byteCount = left.valueStart - left.start
    let difference = byteCount - (right.valueStart - right.start)
    if difference != 0 { return difference }
    for offset in 0..<byteCount {
      let difference = Int(bytes[left.start + offset]) - Int(bytes[right.start + offset])
      if difference != 0 { return difference }
    }
    return 0
  }

  /// Moves the bytes of the innermost object's members, the last there are, to where they belong.
  func arrange(from first: Int, in bytes: inout ScratchList<UInt8>) {
    var start = bytes.count
    for index in first..<members.count { start = min(start, members[index].start) }
    var arranged: [UInt8] = []
    arranged.append(addingCapacity: bytes.count - start) { output in
      write(from: first, of: bytes, to: &output)
    }
    bytes.truncate(to: start)
    bytes.append(room: arranged.count) { output in
      CBOREncoder.write(arranged.span, to: &output)
    }
  }

  /// Writes the members of the innermost object in their order.
  func write(
    from first: Int, of bytes: borrowing ScratchList<UInt8>, to output: inout OutputSpan<UInt8>
  ) {
    bytes.withSpan { span in
      for index in first..<members.count {
        let member = members[index]
        CBOREncoder.write(span.extracting(member.start..<member.end), to: &output)
      }
    }
  }

  /// Forgets the members of the innermost object.
  mutating func removeAll(from first: Int = 0) { members.truncate(to: first) }
}
