import JournalEngine
import JournalFormat
import Testing

@Suite("Memory of the change table")
struct ChangeTableMemoryTests {
  @Test(
    "An entry costs its bytes and at most 48 more, sorted or not",
    arguments: [30_000, 100_000])
  func bytesPerEntry(count: Int) {
    let table = ChangeTable()
    let value = [UInt8](repeating: 1, count: 100)
    for number in 0..<count { table.put(key(number), value) }
    #expect(table.count == count)
    #expect(table.memoryByteCount <= count * (24 + 100 + 48))
    _ = table.cursor()
    #expect(table.memoryByteCount <= count * (24 + 100 + 48))
  }

  @Test("Room for further entries is at most 128 KiB, however many there are")
  func roomForMore() {
    let table = ChangeTable()
    let value = [UInt8](repeating: 1, count: 100)
    for number in 0..<20_000 {
      table.put(key(number), value)
      let count = number + 1
      if table.memoryByteCount > count * (24 + 100 + 48) + 128 << 10 {
        Issue.record("\(count) entries take \(table.memoryByteCount) bytes")
        return
      }
    }
  }

  @Test("A table of a few keys takes a few kilobytes")
  func smallTable() {
    let table = ChangeTable()
    for number in 0..<10 { table.put(key(number), [1, 2, 3]) }
    #expect(table.memoryByteCount < 6000)
  }

  @Test("Values that keep growing leave no garbage behind for long")
  func growingValues() {
    let table = ChangeTable()
    var value: [UInt8] = []
    var largest = 0
    for step in 0..<100_000 {
      if step.isMultiple(of: 30) { value.append(1) }
      table.put(key(step % 10), value)
      largest = max(largest, table.memoryByteCount)
    }
    #expect(table.entryByteCount == 10 * (24 + value.count))
    #expect(largest < 300_000)
  }

  @Test("Keys put and dropped again and again leave no garbage behind for long")
  func droppedKeys() {
    let table = ChangeTable()
    for round in 0..<60 {
      for number in 0..<1000 { table.put(key(number), [UInt8](repeating: 2, count: 60)) }
      table.put(key(2_000_000), [UInt8](repeating: 2, count: round * 1500))
      table.removePrefix(Array("stream".utf8), at: UInt64(round))
      #expect(table.memoryByteCount < 400_000)
    }
  }

  @Test("A value that fits where the last one stood takes no memory")
  func inPlace() {
    let table = ChangeTable()
    for number in 0..<1000 { table.put(key(number), [UInt8](repeating: 0, count: 100)) }
    let before = table.memoryByteCount
    for round in 0..<10 {
      for number in 0..<1000 {
        table.put(key(number), [UInt8](repeating: 1, count: 90 + round), at: UInt64(round))
      }
    }
    #expect(table.memoryByteCount == before)
  }

  /// Twenty-four bytes.
  private func key(_ number: Int) -> [UInt8] {
    let digits = String(number)
    return Array("stream-".utf8) + [UInt8](repeating: 48, count: 17 - digits.utf8.count)
      + Array(digits.utf8)
  }
}
