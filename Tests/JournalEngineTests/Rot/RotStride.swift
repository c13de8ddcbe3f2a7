#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Every how many-th case is tried: `JOURNAL_ROT_STRIDE=1` tries all of them.
enum RotStride {
  private static let setting: Int? = {
    guard let text = unsafe getenv("JOURNAL_ROT_STRIDE") else { return nil }
    return Int(unsafe String(cString: text)).map { max($0, 1) }
  }()

  /// The stride over `count` cases of which, unless it is set, about so many are tried. It is odd, so
  /// that all eight bits of bytes come up.
  static func of(_ count: Int, tries: Int) -> Int { setting ?? max(count / tries, 1) | 1 }

  /// Whether a case of so many is tried; one in `standard` unless it is set.
  static func includes(_ number: Int, standard: Int) -> Bool {
    number.isMultiple(of: setting ?? standard)
  }
}
