import FileIO
import Testing

@Suite("Holes stay holes")
struct KeptBytesTests {
  /// Parts that are kept, by their offset, in a file of the given size.
  private func makeFile(
    _ scratch: Scratch, _ name: String, _ parts: [Int64: [UInt8]], byteCount: Int64
  ) throws -> any File {
    let file = try scratch.directory.openFile(name, .createNew)
    for (offset, bytes) in parts { try file.writeFully(bytes.span, at: offset) }
    try file.truncate(to: byteCount)
    return file
  }

  private func content(_ file: any File, _ range: Range<Int64>) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: range.count)
    let count = try file.readFully(into: &bytes, range: bytes.indices, at: range.lowerBound)
    #expect(count == bytes.count)
    return bytes
  }

  @Test("A copy of a terabyte of holes takes what is kept of it", arguments: [true, false])
  func terabyte(isEndKept: Bool) throws {
    let scratch = try World.real.makeScratch()
    let size: Int64 = 1 << 40
    var parts: [Int64: [UInt8]] = [0: [1, 2, 3], 1 << 30: [4, 5]]
    if isEndKept { parts[size - 2] = [6, 7] }
    let file = try makeFile(scratch, "a", parts, byteCount: size)
    let kept = try file.keptByteCount()
    #expect(kept.byteCount < 1 << 20)
    #expect(isEndKept ? kept.end == size : kept.end < 2 << 30)
    let copy = try scratch.directory.openFile("b", .createNew)
    var told: Int64 = 0
    try file.copyKept(0..<size, into: copy) { told += $0 }
    #expect(told == kept.byteCount)
    #expect(try copy.byteCount() == size)
    #expect(try copy.keptByteCount().byteCount == kept.byteCount)
    for (offset, bytes) in parts {
      let range = offset..<min(offset + 9, size)
      #expect(try content(copy, range) == content(file, range))
      #expect(try content(copy, range).starts(with: bytes))
    }
    // In place, as what may be in memory only is written once more.
    try copy.copyKept(0..<size, to: copy, at: 0)
    #expect(try copy.keptByteCount().byteCount == kept.byteCount)
    #expect(try content(copy, 1 << 30..<(1 << 30) + 2) == [4, 5])
  }

  @Test("A part of a file comes to its place", arguments: World.allCases)
  func part(world: World) throws {
    let scratch = try world.makeScratch()
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    try scratch.write(bytes, to: "a")
    let file = try scratch.directory.openFile("a", .read)
    #expect(try file.keptByteCount() == (300_000, 300_000))
    let copy = try scratch.directory.openFile("b", .createNew)
    #expect(try file.copyKept(10..<200_000, to: copy, at: 5) == 199_990)
    #expect(try scratch.content(of: "b").dropFirst(5) == bytes[10..<200_000])
    // Behind the end there is nothing.
    #expect(try file.copyKept(299_990..<400_000, to: copy, at: 0) == 10)
    let empty = try scratch.directory.openFile("c", .createNew)
    try file.copyKept(0..<0, into: empty)
    #expect(try empty.keptByteCount() == (0, 0))
  }
}
