import Testing

@testable import JournalFormat

@Suite("Arrays of bytes used again")
struct ByteArrayTests {
  @Test("An array becomes what it is to become, whether it was shorter, as long or longer")
  func replaced() {
    for old in 0..<5 {
      for new in 0..<5 {
        var bytes = [UInt8](repeating: 9, count: old)
        let copy = bytes
        let wanted = (0..<new).map { UInt8($0) }
        bytes.replaceAll(with: wanted.span)
        #expect(bytes == wanted)
        #expect(copy == [UInt8](repeating: 9, count: old), "another array is not touched")
      }
    }
  }

  @Test("What is kept stays in front of what is put behind it")
  func replacedBehind() {
    for kept in 0..<4 {
      for new in 0..<4 {
        var bytes: [UInt8] = [1, 2, 3]
        let copy = bytes
        let wanted = (0..<new).map { UInt8(10 + $0) }
        bytes.replaceAll(behind: kept, with: wanted.span)
        #expect(bytes == copy.prefix(kept) + wanted)
        #expect(copy == [1, 2, 3], "another array is not touched")
      }
    }
  }

  @Test("An array becomes as long as it is to become, and keeps what stands in front")
  func resized() {
    var bytes: [UInt8] = [1, 2, 3]
    bytes.resize(to: 5)
    #expect(bytes == [1, 2, 3, 0, 0])
    bytes.resize(to: 2)
    #expect(bytes == [1, 2])
    bytes.resize(to: 2)
    #expect(bytes == [1, 2])
  }
}
