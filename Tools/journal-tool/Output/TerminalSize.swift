#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How wide pictures may be.
enum TerminalSize {
  /// Columns of the terminal at a descriptor; else what `COLUMNS` says; else 80.
  static func columns(of descriptor: OutputDescriptor) -> Int {
    var size = winsize()
    if unsafe ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 {
      return Int(size.ws_col)
    }
    if let text = Environment.value("COLUMNS"), let columns = Int(text), 20...1000 ~= columns {
      return columns
    }
    return 80
  }
}
