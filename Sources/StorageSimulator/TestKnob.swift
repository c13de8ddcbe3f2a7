#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Environment variables that make tests run longer than they do by default, or only a part of them.
package enum TestKnob {
  /// The number in an environment variable.
  package static func number(_ name: String, orElse usual: Int) -> Int {
    text(name).flatMap { Int($0) } ?? usual
  }

  /// The text in an environment variable.
  package static func text(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}
