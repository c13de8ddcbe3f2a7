import CBench

/// The beginning of a file in memory, from where records are synced.
@safe final class SyncedMapping {
  private let descriptor: Int32
  private let bytes: UnsafeMutablePointer<UInt8>
  private let byteCount: Int

  init(_ descriptor: Int32, _ byteCount: Int) throws {
    guard let bytes = unsafe bench_map(descriptor, byteCount) else {
      throw BenchFailure("a file cannot be mapped")
    }
    self.descriptor = descriptor
    unsafe self.bytes = unsafe bytes
    self.byteCount = byteCount
  }

  deinit { unsafe bench_unmap(bytes, byteCount) }

  /// Returns 0 or an errno.
  func store(_ record: [UInt8], at offset: Int) -> Int32 {
    precondition(offset >= 0 && offset + record.count <= byteCount, "outside of the mapping")
    unsafe (bytes + offset).update(from: record, count: record.count)
    return unsafe bench_sync_mapping(descriptor, bytes, offset, record.count)
  }
}
