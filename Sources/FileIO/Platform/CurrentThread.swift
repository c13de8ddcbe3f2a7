#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The calling thread.
package enum CurrentThread {
  /// A number that no other living thread has; a later thread may get it again.
  ///
  /// For checks that a lock or callback is not entered twice.
  package static var identifier: UInt {
    #if canImport(Glibc)
      UInt(pthread_self())
    #else
      unsafe UInt(bitPattern: pthread_self())
    #endif
  }

  /// Sleeps for about so long, less than a second; a signal may end it early.
  package static func sleep(nanoseconds: Int64) {
    var time = timespec(nanoseconds: nanoseconds)
    _ = unsafe nanosleep(&time, nil)
  }
}
