#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A shared mapping of a file's pages, which are its page cache.
@safe final class POSIXMapping: FileMapping, @unchecked Sendable {
  // Unchecked because of `base`, which never changes; what it points to is only ever stored to, and
  // callers keep to disjoint ranges.

  let range: Range<Int64>
  private let path: String
  private let base: UnsafeMutableRawPointer

  private init(range: Range<Int64>, path: String, base: UnsafeMutableRawPointer) {
    self.range = range
    self.path = path
    unsafe self.base = base
  }

  deinit { _ = unsafe munmap(base, range.count) }

  /// Maps `range`, or returns nil on a file system that is not known to be safe for it.
  static func ifSafe(
    _ range: Range<Int64>, of descriptor: borrowing Descriptor, path: String
  ) throws(IOFailure) -> POSIXMapping? {
    let number = descriptor.number
    let pageByteCount = Int64(sysconf(Int32(_SC_PAGESIZE)))
    guard range.lowerBound >= 0, range.lowerBound % pageByteCount == 0, !range.isEmpty else {
      throw IOFailure(.map, path: path, code: EINVAL)
    }
    guard try overwritesInPlace(number, path: path) else { return nil }
    let base = unsafe mmap(
      nil, range.count, PROT_READ | PROT_WRITE, MAP_SHARED, number, off_t(range.lowerBound))
    guard let base = unsafe base, unsafe base != MAP_FAILED else {
      throw IOFailure(.map, path: path, code: errno)
    }
    return unsafe POSIXMapping(range: range, path: path, base: base)
  }

  func store(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) {
    let (end, isHuge) = offset.addingReportingOverflow(Int64(bytes.count))
    guard !isHuge, offset >= range.lowerBound, end <= range.upperBound else {
      throw IOFailure(.store, path: path, code: EINVAL)
    }
    unsafe bytes.withUnsafeBytes { source in
      guard let first = source.baseAddress else { return }
      unsafe (base + Int(offset - range.lowerBound)).copyMemory(
        from: first, byteCount: source.count)
    }
  }

  func prefault(_ part: Range<Int64>) {
    // MADV_POPULATE_WRITE, Linux 5.14; older kernels refuse, and fault page by page.
    advise(23, on: part)
  }

  func release(_ part: Range<Int64>) {
    // MADV_DONTNEED: the pages stay in the page cache and only leave the mapping, all at once. A
    // sync would otherwise take them from it one by one, to notice later stores, and interrupt the
    // other processors for each.
    advise(4, on: part)
  }

  private func advise(_ advice: Int32, on part: Range<Int64>) {
    #if os(Linux)
      let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
      let part = part.clamped(to: range)
      let start = part.lowerBound / page * page
      guard start < part.upperBound else { return }
      _ = unsafe madvise(
        base + Int(start - range.lowerBound), Int(part.upperBound - start), advice)
    #endif
  }

  /// Whether the file system overwrites a written block where it lies, so that a store into it
  /// needs no space and cannot fail for want of it: ext2 to ext4, and files in memory. Others write
  /// each block to a new place, always (Btrfs, ZFS, APFS) or once a copy shares it (XFS); network
  /// ones may do anything.
  private static func overwritesInPlace(
    _ number: Int32, path: String
  ) throws(IOFailure) -> Bool {
    #if os(Linux)
      var status = stat()
      _ = try systemCall(.map, path: path) { unsafe fstat(number, &status) }
      let type = MountedFileSystem.type(ofDevice: status.st_dev)
      return type.map(["ext2", "ext3", "ext4", "tmpfs"].contains) ?? false
    #else
      return false
    #endif
  }
}
