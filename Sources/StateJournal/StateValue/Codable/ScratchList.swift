/// A list that keeps its memory when it is emptied, and that nobody else can hold: so it is neither
/// counted nor asked whether it is shared, which for an array takes longer than appending to it.
@safe struct ScratchList<Element: BitwiseCopyable>: ~Copyable {
  // Unsafe inside only: every access is checked against `count`, and every append against `capacity`.
  private var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    unsafe base = .allocate(capacity: self.capacity)
  }

  deinit { unsafe base.deallocate() }

  var isEmpty: Bool { count == 0 }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      precondition(index >= 0 && index < count, "no such element")
      return unsafe base[index]
    }
    @inline(__always) set {
      precondition(index >= 0 && index < count, "no such element")
      unsafe base[index] = newValue
    }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    makeRoom(1)
    unsafe base[count] = element
    count += 1
  }

  /// Appends what `write` does, `room` elements at most.
  @inline(__always)
  mutating func append(room: Int, _ write: (inout OutputSpan<Element>) -> Void) {
    makeRoom(room)
    let rest = unsafe UnsafeMutableBufferPointer(start: base + count, count: room)
    var output = unsafe OutputSpan(buffer: rest, initializedCount: 0)
    write(&output)
    count += unsafe output.finalize(for: rest)
  }

  /// Keeps the first elements.
  mutating func truncate(to newCount: Int) {
    precondition(newCount >= 0 && newCount <= count, "no such element")
    count = newCount
  }

  /// The elements, for as long as `body` runs.
  @inline(__always)
  func withSpan<Result>(_ body: (Span<Element>) -> Result) -> Result {
    body(unsafe Span(_unsafeStart: base, count: count))
  }

  @inline(__always)
  private mutating func makeRoom(_ room: Int) {
    precondition(room >= 0, "room is a number of elements")
    if room > capacity - count { grow(room) }
  }

  @inline(never)
  private mutating func grow(_ room: Int) {
    let newCapacity = max(capacity * 2, count + room)
    let new = UnsafeMutablePointer<Element>.allocate(capacity: newCapacity)
    unsafe new.initialize(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = new
    capacity = newCapacity
  }
}

extension ScratchList<UInt8> {
  /// The eight bytes at an offset as a number in their order; zeros stand for those behind the end.
  @inline(__always)
  func bigEndianWord(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset < count, "no such element")
    guard count - offset >= 8 else { return shortBigEndianWord(at: offset) }
    return UInt64(
      bigEndian: unsafe UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self))
  }

  private func shortBigEndianWord(at offset: Int) -> UInt64 {
    (offset..<offset + 8).reduce(0) { word, place in
      word << 8 | (place < count ? UInt64(self[place]) : 0)
    }
  }
}
