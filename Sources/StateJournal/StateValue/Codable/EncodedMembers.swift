/// Where the members of objects are among the bytes that an encoding has made so far, so that they can
/// be put in order when an object ends: types write their members as they like, and the format wants
/// them by name.
struct EncodedMembers: ~Copyable {
  struct Member: BitwiseCopyable {
    let start: Int
    let valueStart: Int
    /// Known once the object ends.
    var end = 0
    /// How long the name is and how it begins, as a number in the order of names; known then as well.
    var rank: UInt64 = 0

    var nameByteCount: Int { valueStart - start }
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

  /// Notes a member whose name has been written.
  @inline(__always)
  mutating func append(nameAt range: Range<Int>) {
    members.append(Member(start: range.lowerBound, valueStart: range.upperBound))
  }

  /// Puts the members of the innermost object in order; the bytes stay where they are.
  mutating func sort(from first: Int, in bytes: borrowing ScratchList<UInt8>) -> Order {
    var end = bytes.count
    for index in (first..<members.count).reversed() {
      var member = members[index]
      member.end = end
      member.rank = Self.rank(member, bytes)
      members[index] = member
      end = member.start
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

  /// Most names differ in the first word of their encoding, of which the head is as good as their length.
  @inline(__always)
  private static func rank(_ member: Member, _ bytes: borrowing ScratchList<UInt8>) -> UInt64 {
    let word = bytes.bigEndianWord(at: member.start)
    let surplus = 8 - member.nameByteCount
    return surplus <= 0 ? word : word & (.max << UInt64(8 * surplus))
  }

  /// Names in their encoding stand in the order of names.
  @inline(__always)
  private static func order(
    _ left: Member, _ right: Member, _ bytes: borrowing ScratchList<UInt8>
  ) -> Int {
    if left.rank != right.rank { return left.rank < right.rank ? -1 : 1 }
    return left.nameByteCount <= 8 ? 0 : orderOfLongNames(left, right, bytes)
  }

  @inline(never)
  private static func orderOfLongNames(
    _ left: Member, _ right: Member, _ bytes: borrowing ScratchList<UInt8>
  ) -> Int {
    for offset in 0..<min(left.nameByteCount, right.nameByteCount) {
      let difference = Int(bytes[left.start + offset]) - Int(bytes[right.start + offset])
      if difference != 0 { return difference }
    }
    return left.nameByteCount - right.nameByteCount
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
      var index = first
      while index < members.count {
        let start = members[index].start
        var end = members[index].end
        index += 1
        // What stands together as it should is one piece.
        while index < members.count, members[index].start == end {
          end = members[index].end
          index += 1
        }
        CBOREncoder.write(span.extracting(start..<end), to: &output)
      }
    }
  }

  /// Forgets the members of the innermost object.
  mutating func removeAll(from first: Int = 0) { members.truncate(to: first) }
}
