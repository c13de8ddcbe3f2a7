import CBench

/// Records in a block of memory as the device takes it, all of which is written for each of them.
@safe final class RecordBlock {
  /// What devices and file systems ask for at most.
  private static let alignment = 4096

  private let bytes: UnsafeMutableRawBufferPointer
  private var end = 0

  var byteCount: Int { unsafe bytes.count }

  init(atLeast byteCount: Int) {
    let blockCount = (byteCount + Self.alignment - 1) / Self.alignment
    unsafe bytes = .allocate(
      byteCount: blockCount * Self.alignment, alignment: Self.alignment)
    clear()
  }

  deinit { unsafe bytes.deallocate() }

  func clear() {
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
    end = 0
  }

  /// Puts a record behind those that are there; `false` where there is no room.
  func append(_ record: [UInt8]) -> Bool {
    guard end + record.count <= byteCount else { return false }
    unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[end...]).copyBytes(from: record)
    end += record.count
    return true
  }

  /// What `body` does with the whole block, which stays where it is as long as this lives.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe body(UnsafeRawBufferPointer(bytes))
  }

  /// Returns 0 or an errno.
  func write(to descriptor: Int32, at offset: Int) -> Int32 {
    unsafe bench_write(
      descriptor, bytes.baseAddress, bytes.count, Int64(offset), BENCH_WRITE_ONLY)
  }
}
