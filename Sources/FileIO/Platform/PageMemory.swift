#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whole pages of memory, straight from the system.
package enum PageMemory {
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

  /// Gives back what ``map(byteCount:)`` has given.
  package static func unmap(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    _ = unsafe munmap(base, byteCount)
  }
}
