import JournalFormat
import Testing

@testable import JournalEngine

/// What a view reads while commits go on.
@Suite("Copies of the change table")
struct ChangeTableCopyTests {
  /// Entries of every kind: many and few of a prefix, large ones, some that moved, some removed.
  private func filled() -> ChangeTable {
    let table = ChangeTable()
    table.removePrefix([0xFE], at: 1)
    for number in (0..<5000).shuffled() {
      table.put(key(number), [1, 2, 3], at: UInt64(number + 2))
    }
    for number in 0..<40 { table.put([1] + key(number), [UInt8](repeating: 7, count: 5000), at: 9) }
    for number in 0..<300 {
      table.put(key(number), [UInt8](repeating: 8, count: 200 + number), at: 6000)
    }
    for number in 500..<600 { table.remove(key: key(number).span, at: LogSequenceNumber(7000)) }
    return table
  }

  private func key(_ number: Int) -> [UInt8] { Array("stream-\(number)".utf8) }

  @Test(
    "A copy says what the table said, whatever becomes of the table",
    arguments: [nil, [], Array("stream-".utf8), Array("stream-4".utf8), [1], [2]] as [[UInt8]?])
  func copy(prefix: [UInt8]?) throws {
    let table = filled()
    let expected = try table.entries(prefix: prefix)
    let copy = table.frozenCopy(prefix: prefix)
    for number in 0..<5000 { table.put(key(number), [9, 9, 9], at: 8000) }
    for number in 0..<40 { table.put([1] + key(number), [9], at: 8000) }
    table.removePrefix(Array("stream-1".utf8), at: 8001)
    #expect(try copy.entries(prefix: prefix) == expected)
    #expect(copy.removedPrefixes == [[0xFE]])
    for entry in expected where !entry.isRemoval {
      #expect(copy.lookup(entry.key.span) == .value(entry.value, entry.sequence))
    }
  }

  @Test("A copy of few keys among many takes little memory")
  func fewKeys() {
    let table = filled()
    let copy = table.frozenCopy(prefix: Array("stream-42".utf8))
    #expect(copy.memoryByteCount < table.memoryByteCount / 8)
  }

  @Test(
    "Keys of every length and with much in common are walked in order, however many",
    arguments: [100, 511, 512, 513, 6000])
  func order(count: Int) throws {
    var random = TableGenerator(seed: UInt64(count))
    let table = ChangeTable()
    var keys: Set<[UInt8]> = []
    while keys.count < count {
      // A few values of each byte, zeros among them, behind common beginnings of some lengths.
      let common = [UInt8](repeating: 5, count: [0, 3, 8, 17].randomElement(using: &random) ?? 0)
      let rest = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        UInt8([0, 0, 1, 5, 200, 255].randomElement(using: &random) ?? 0)
      }
      keys.insert(common + rest)
    }
    for key in keys { table.put(key, key) }
    let sorted = keys.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(try table.entries().map(\.key) == sorted)
  }
}
