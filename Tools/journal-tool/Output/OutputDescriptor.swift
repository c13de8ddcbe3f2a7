#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The two descriptors that the tool writes to.
enum OutputDescriptor: Int32 {
  case standardOutput = 1
  case standardError = 2

  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Whether a file takes what is written: nobody reads along whom a bar would disturb.
  var isFile: Bool {
    var status = stat()
    return unsafe fstat(rawValue, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Says something on standard error. There is nowhere left to say that this failed.
  static func tell(_ text: String) { _ = standardError.writeFully(Array(text.utf8)) }

  /// Writes all bytes; returns 0 or the error number.
  func writeFully(_ bytes: [UInt8]) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(rawValue, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return errno }
      rest = rest.dropFirst(max(count, 0))
    }
    return 0
  }
}
