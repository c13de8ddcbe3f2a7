#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Programs of this package that were built with this one.
enum Sibling {
  /// The path of one of them; nil when it is not there.
  static func path(_ name: String) -> String? {
    var own = CommandLine.arguments.first ?? ""
    #if os(Linux)
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
      if count > 0 {
        own = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
    #endif
    let directory = own.lastIndex(of: "/").map { own[...$0] } ?? ""
    let path = directory + name
    return unsafe access(String(path), X_OK) == 0 ? String(path) : nil
  }
}
