import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Owns one file descriptor and closes it exactly once: when told to, or else when it goes away.
struct Descriptor: ~Copyable, Sendable {
  /// What is left after `close`: every system call answers it with `EBADF`. Without this, a late
  /// write could land in whatever file has been given the number since.
  private static let closed: Int32 = -1

  private let storage: Atomic<Int32>

  /// Takes ownership of an open descriptor.
  init(owning number: Int32) { storage = Atomic(number) }

  deinit { _ = close() }

  /// The descriptor to make a system call on; −1 once closed.
  var number: Int32 { storage.load(ordering: .relaxed) }

  /// Closes the descriptor, unless that has happened already. Returns 0 or the error number.
  ///
  /// Never retried, and an interruption is no failure: the kernel has let go of the number either
  /// way, and a second attempt could close a file that another thread has just opened.
  func close() -> Int32 {
    let number = storage.exchange(Self.closed, ordering: .acquiringAndReleasing)
    guard number != Self.closed else { return 0 }
    #if canImport(Darwin)
      let result = Darwin.close(number)
    #elseif canImport(Glibc)
      let result = Glibc.close(number)
    #elseif canImport(Musl)
      let result = Musl.close(number)
    #endif
    return result == 0 || errno == EINTR ? 0 : errno
  }

  /// Returns when the data and the size behind the descriptor, a file's or a directory's, are on
  /// stable storage.
  func makeDurable(_ operation: IOFailure.Operation, path: String) throws(IOFailure) {
    #if canImport(Darwin)
      // `fsync` on Darwin stops at the drive's volatile cache. Some network file systems know no
      // better, and say so; there it is the strongest that can be had.
      do throws(IOFailure) {
        _ = try systemCall(operation, path: path, retriesInterrupted: false) {
          fcntl(number, F_FULLFSYNC)
        }
      } catch  where error.code == ENOTSUP || error.code == EINVAL || error.code == ENOTTY {
        _ = try systemCall(operation, path: path, retriesInterrupted: false) { fsync(number) }
      }
    #else
      if operation == .syncDirectory {
        _ = try systemCall(operation, path: path, retriesInterrupted: false) { fsync(number) }
      } else {
        _ = try systemCall(operation, path: path, retriesInterrupted: false) { fdatasync(number) }
      }
    #endif
  }
}
