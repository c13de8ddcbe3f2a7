#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whole pages of memory, straight from the system.
package enum PageMemory {
  #if os(Linux)
    /// `MADV_POPULATE_WRITE` of Linux 5.14, which not all headers name.
    private static let populateForWriting: Int32 = 23
  #endif

  /// Zeroed memory at the start of a page, all of it present where the system can see to that at once:
  /// what is put there afterwards takes no page faults. Nil where the process may not have more.
  ///
  /// - Parameter byteCount: a multiple of the size of pages, or the rest of the last one is lost.
  package static func map(byteCount: Int) -> UnsafeMutableRawPointer? {
    var flags = MAP_PRIVATE | MAP_ANON
    #if os(Linux)
      flags |= MAP_POPULATE
    #endif
    let base = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    return unsafe base == MAP_FAILED ? nil : base
  }

  /// The same for a multiple of 2 MiB, as large pages where the system has them to spare: one is cleared
  /// in a fraction of what its 512 small ones take. Parts of it can be given back one by one; the memory of a
  /// large page may come back only with its last part, or when the system runs short.
  package static func mapLarge(byteCount: Int) -> UnsafeMutableRawPointer? {
    #if os(Linux)
      // Somewhat more, of which the part that large pages can be in is kept.
      let largePage = 2 << 20
      let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
      let base = unsafe mmap(nil, byteCount + largePage, PROT_READ | PROT_WRITE, flags, -1, 0)
      guard unsafe base != MAP_FAILED, let base = unsafe base else { return nil }
      let start = unsafe base.alignedUp(toMultipleOf: largePage)
      let before = unsafe start - base
      if before > 0 { unsafe unmap(base, byteCount: before) }
      unsafe unmap(start + byteCount, byteCount: largePage - before)
      _ = unsafe madvise(start, byteCount, MADV_HUGEPAGE)
      // Makes them present; where this system does not know that, the first use does.
      _ = unsafe madvise(start, byteCount, populateForWriting)
      return unsafe start
    #else
      return unsafe map(byteCount: byteCount)
    #endif
  }

  /// Gives back what ``map(byteCount:)`` or ``mapLarge(byteCount:)`` has given, or whole pages of it.
  package static func unmap(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    _ = unsafe munmap(base, byteCount)
  }
}
