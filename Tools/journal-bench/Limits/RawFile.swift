import CBench
import StateJournal
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files of the bare loops.
enum RawFile {
  /// The system, or the file system, has no such call.
  struct Unavailable: Error, CustomStringConvertible {
    var call: String
    var description: String { "\(call): not available here" }
  }

  /// What all bytes of all records are.
  static let recordByte: UInt8 = 0x5A

  /// Opens or creates one.
  static func open(
    _ path: String, _ kind: bench_open_kind = BENCH_OPEN_USUAL
  ) throws -> Int32 {
    var descriptor: Int32 = -1
    try check(unsafe bench_open(path, kind, &descriptor), "open \(path)")
    return descriptor
  }

  /// Creates one with room for records, or gives it such room anew.
  static func makeSpace(
    _ path: String, _ byteCount: Int, _ kind: bench_space_kind = BENCH_SPACE_ZERO_FILLED
  ) throws {
    try check(unsafe bench_make_space(path, byteCount, kind), "make room in \(path)")
  }

  static func check(_ code: Int32, _ call: @autoclosure () -> String) throws {
    if code == ENOTSUP { throw Unavailable(call: call()) }
    if code != 0 { throw BenchFailure(SystemCallFailure(call(), code: code)) }
  }

  /// Checks that records of so many bytes are in the beginning of one.
  static func expect(_ byteCount: Int, inFirst range: Int, of path: String) throws {
    let parts = path.lastIndex(of: "/").map { (path[..<$0], path[$0...].dropFirst()) }
    let directory = try POSIXFileSystem().openDirectory(
      String(parts?.0 ?? "."), creating: false)
    let file = try directory.openFile(String(parts?.1 ?? path[...]), .read)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var (offset, found) = (0, 0)
    while offset < range {
      let count = try file.readFully(
        into: &buffer, range: 0..<min(buffer.count, range - offset), at: Int64(offset))
      if count == 0 { break }
      found += unsafe bench_count(buffer, count, recordByte)
      offset += count
    }
    if found < byteCount {
      throw BenchFailure("\(path) holds \(found) bytes of records instead of \(byteCount)")
    }
  }
}
