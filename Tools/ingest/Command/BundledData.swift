#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The data sets that come with the tool, in a directory beside the program.
enum BundledData {
  /// Where they are, if the program was not taken away from them.
  static func directory() -> String? {
    guard let program = programPath(), let slash = program.lastIndex(of: "/") else { return nil }
    let folder = program[..<slash]
    return ["state-journal_ingest.resources", "state-journal_ingest.bundle"]
      .map { "\(folder)/\($0)/Data" }
      .first { unsafe access($0, R_OK | X_OK) == 0 }
  }

  /// The program's own path; `swift run` and a search along `PATH` leave it out of the arguments.
  private static func programPath() -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    #if canImport(Darwin)
      var count = UInt32(buffer.count)
      guard unsafe _NSGetExecutablePath(&buffer, &count) == 0 else { return nil }
    #else
      guard unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1) > 0 else { return nil }
    #endif
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
