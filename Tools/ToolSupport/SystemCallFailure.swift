#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A system call that failed, for tools that make some of their own.
package struct SystemCallFailure: Error, Equatable, CustomStringConvertible {
  /// What was tried.
  package var call: String
  /// The error number.
  package var code: Int32

  package init(_ call: String, code: Int32 = errno) {
    self.call = call
    self.code = code
  }

  package var description: String {
    "\(call): \(unsafe String(cString: strerror(code))) (errno \(code))"
  }
}
