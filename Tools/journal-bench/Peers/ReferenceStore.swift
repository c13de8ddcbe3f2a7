import CBench
import StateJournal

/// The plain store in C, which holds in its table what was there when it was opened.
struct ReferenceStore: BenchStore {
  @safe fileprivate final class Handle: @unchecked Sendable {
    // Unchecked because the compiler does not know that the functions behind the pointer lock.
    let pointer: OpaquePointer

    init(_ path: String, isSynced: Bool) throws {
      var opened: OpaquePointer?
      let code = unsafe bench_reference_open(path, isSynced ? 1 : 0, &opened)
      try RawFile.check(code, "open the reference at \(path)")
      guard let opened = unsafe opened else {
        throw BenchFailure("the reference did not open \(path)")
      }
      unsafe pointer = opened
    }

    deinit { unsafe bench_reference_close(pointer) }
  }

  struct Access: StreamAccess {
    private let handle: Handle
    private var key = StreamKey()
    private var value: PaddedValue

    fileprivate init(_ handle: Handle, valueByteCount: Int) {
      self.handle = handle
      value = PaddedValue(byteCount: valueByteCount)
    }

    mutating func number(of stream: Int) throws -> UpdateNumber? {
      key.set(stream)
      var count = 0
      guard
        let bytes = unsafe bench_reference_get(
          handle.pointer, key.bytes, key.bytes.count, &count)
      else { return nil }
      return PaddedValue.number(
        in: unsafe Span(_unsafeStart: bytes.assumingMemoryBound(to: UInt8.self), count: count))
    }

    mutating func update(_ stream: Int, to number: UpdateNumber) throws {
      key.set(stream)
      value.set(number)
      let code = unsafe bench_reference_put(
        handle.pointer, key.bytes, key.bytes.count, value.bytes, value.bytes.count)
      try RawFile.check(code, "write to the reference")
    }

    mutating func updateSuspending(_ stream: Int, to number: UpdateNumber) async throws {
      try update(stream, to: number)
    }
  }

  private let handle: Handle
  private let shape: LoadShape

  init(opening directory: String, shape: LoadShape) throws {
    self.shape = shape
    handle = try Handle("\(directory)/log", isSynced: shape.isSynced)
  }

  func access() -> Access { Access(handle, valueByteCount: shape.valueByteCount) }

  func fill(_ streams: Range<Int>) throws {
    unsafe bench_reference_set_synced(handle.pointer, 0)
    var access = access()
    for stream in streams {
      try access.update(stream, to: UpdateNumber.filling(stream))
    }
    unsafe bench_reference_set_synced(handle.pointer, shape.isSynced ? 1 : 0)
  }

  /// It has nothing but its log.
  func compact() throws {}

  /// The handle closes with the last who holds it.
  func close() throws {}
}
