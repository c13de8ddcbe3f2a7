import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The input that is being executed, in a file that outlives the process: a trap leaves no time to
/// write anything. The file is mapped, so that noting an input costs a copy in memory.
///
/// ```
/// 0  number of bytes   8
/// 8  the bytes
/// ```
@safe struct LastInput: ~Copyable {
  private static let frontByteCount = 8

  private let memory: UnsafeMutableRawBufferPointer

  /// Maps the file, which is created or emptied, with room for so many bytes.
  init(path: String, maximumByteCount: Int) throws(SystemCallFailure) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw SystemCallFailure("create \(path)") }
    defer { _ = close(descriptor) }
    let byteCount = Self.frontByteCount + maximumByteCount
    guard ftruncate(descriptor, off_t(byteCount)) == 0 else {
      throw SystemCallFailure("extend \(path)")
    }
    let address = unsafe mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw SystemCallFailure("map \(path)")
    }
    unsafe memory = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }

  deinit { _ = unsafe munmap(memory.baseAddress, memory.count) }

  /// Notes an input: cut, should it be longer than there is room for.
  borrowing func note(_ input: [UInt8]) {
    let count = min(input.count, unsafe memory.count - Self.frontByteCount)
    unsafe memory.storeBytes(of: UInt64(count).littleEndian, as: UInt64.self)
    unsafe input.withUnsafeBytes { bytes in
      unsafe UnsafeMutableRawBufferPointer(rebasing: memory[Self.frontByteCount...]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
  }

  /// The input in what such a file holds.
  static func input(in content: [UInt8]) -> [UInt8] {
    guard content.count >= frontByteCount else { return [] }
    let count = content.prefix(frontByteCount).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Array(content.dropFirst(frontByteCount).prefix(Int(clamping: count)))
  }
}
