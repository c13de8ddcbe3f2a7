#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Standard output or error, unbuffered: what was written is with the reader, whatever happens to
/// this process next.
package struct StandardStream: Sendable {
  package static let output = StandardStream(descriptor: STDOUT_FILENO, name: "standard output")
  package static let error = StandardStream(descriptor: STDERR_FILENO, name: "standard error")

  private let descriptor: Int32
  private let name: String

  /// Writes all of `text`: in one system call, unless the reader takes less.
  package func write(_ text: String) throws(SystemCallFailure) { try write(Array(text.utf8)) }

  /// Writes all of `bytes`: in one system call, unless the reader takes less.
  package func write(_ bytes: [UInt8]) throws(SystemCallFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        #if canImport(Darwin)
          unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Glibc)
          unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
          unsafe Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count == 0 || errno != EINTR {
        throw SystemCallFailure("write \(name)")
      }
    }
  }
}

extension StandardStream {
  /// Writes a line for people on standard error. Where that is closed there is nobody to tell.
  package static func note(_ message: String, by program: String) {
    try? error.write("\(program): \(message)\n")
  }
}
