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

  /// Whether a file or a device takes what is written, and no terminal: nobody reads along whom a bar
  /// would disturb.
  var isUnseen: Bool {
    var status = stat()
    guard unsafe fstat(rawValue, &status) == 0 else { return true }
    let kind = status.st_mode & S_IFMT
    return kind == S_IFREG || kind == S_IFCHR && !isTerminal
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
