import CBench
import ToolSupport

/// Files of the bare loops.
enum RawFile {
  /// Opens or creates one whose first bytes are zeros on the disk.
  static func open(_ path: String, zeroFilled byteCount: Int = 0) throws -> Int32 {
    var descriptor: Int32 = -1
    let code = unsafe bench_open_zero_filled(path, byteCount, &descriptor)
    if code != 0 { throw failure("open \(path)", code) }
    return descriptor
  }

  static func failure(_ call: String, _ code: Int32) -> BenchFailure {
    BenchFailure(SystemCallFailure(call, code: code))
  }
}
