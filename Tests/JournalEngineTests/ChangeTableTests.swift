import JournalEngine
import JournalFormat
import Testing

@Suite("Change table")
struct ChangeTableTests {
  @Test("A key without a change is unknown, an empty key and an empty value are not")
  func unknownAndEmpty() {
    let table = ChangeTable()
    #expect(table.isEmpty)
    #expect(table.lookup([]) == .unknown)
    table.put([], [], at: 3)
    #expect(table.lookup([]) == .value([], LogSequenceNumber(3)))
    #expect(table.lookup([0]) == .unknown)
    #expect(table.sequence(of: [0]) == nil)
  }

  @Test("A removed prefix answers for its keys until they are put again")
  func removedPrefix() {
    let table = ChangeTable()
    table.put([1, 2, 3], [9], at: 1)
    table.removePrefix([1, 2], at: 2)
    #expect(table.lookup([1, 2, 3]) == .removed)
    #expect(table.lookup([1, 2]) == .removed)
    #expect(table.lookup([1]) == .unknown)
    #expect(table.sequence(of: [1, 2, 9]) == LogSequenceNumber(2))
    #expect(table.count == 0 && !table.isEmpty)
    table.put([1, 2, 3], [8], at: 3)
    #expect(table.lookup([1, 2, 3]) == .value([8], LogSequenceNumber(3)))
    table.removePrefix([1], at: 4)
    #expect(table.removedPrefixes == [[1]])
    #expect(table.lookup([1, 2, 3]) == .removed)
  }

  @Test("Values written in place keep out of their neighbours")
  func inPlace() {
    let table = ChangeTable()
    var random = TableGenerator(seed: 7)
    var values: [[UInt8]] = (0..<64).map { _ in random.bytes(count: 40) }
    for (key, value) in values.enumerated() { table.put([UInt8(key)], value) }
    for step in 0..<4000 {
      let key = Int.random(in: 0..<64, using: &random)
      values[key] = random.bytes(count: Int.random(in: 0...60, using: &random))
      table.put([UInt8(key)], values[key], at: UInt64(step))
      let neighbour = (key + 1) % 64
      #expect(table.value(of: [UInt8(neighbour)]) == values[neighbour])
    }
    for key in 0..<64 {
      #expect(table.value(of: [UInt8(key)]) == values[key])
    }
  }

  @Test(
    "The longest keys are told apart by their last byte and sorted by it",
    arguments: [7, 8, 9, 15, 16, 17, 24, 25, 1000, 65_534])
  func longKeys(commonByteCount: Int) throws {
    let table = ChangeTable()
    let common = [UInt8](repeating: 0xFF, count: commonByteCount)
    for last in (0...255).shuffled() { table.put(common + [UInt8(last)], [UInt8(last)]) }
    table.put(common, [])
    #expect(table.count == 257)
    #expect(try table.entries().map { $0.value } == [[]] + (0...255).map { [UInt8($0)] })
    #expect(try table.entries(from: common + [254]).count == 2)
    #expect(try table.entries(prefix: common + [3]).map { $0.value } == [[3]])
  }

  @Test("A value may be large, outgrow its place, and shrink again")
  func largeValues() {
    let table = ChangeTable()
    for byteCount in [10, 4000, 4096, 65_536, 8_000_000, 8_000_001, 100, 0, 70_000] {
      let value = [UInt8](repeating: UInt8(byteCount % 251), count: byteCount)
      table.put([1], value)
      table.put([2], [2])
      #expect(table.lookup([1]) == .value(value, LogSequenceNumber(1)))
      #expect(table.entryByteCount == byteCount + 3)
      #expect(table.memoryByteCount < byteCount + byteCount / 4 + 32_768)
    }
  }

  @Test("A frozen table answers the same to many threads at once")
  func frozenReads() async throws {
    let table = ChangeTable()
    for number in (0..<20_000).shuffled() {
      let key = key(of: number)
      table.put(key, key + key, at: UInt64(number))
    }
    table.freeze()
    let answers = try await withThrowingTaskGroup { group in
      for _ in 0..<4 {
        group.addTask {
          var sum: UInt64 = 0
          for number in 0..<20_000 {
            let key = key(of: number)
            sum &+= table.sequence(of: key)?.rawValue ?? 1
          }
          let entries = try table.entries()
          return (sum, entries.map(\.sequence.rawValue))
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.count == 4)
    for (sum, order) in answers {
      #expect(sum == 19_999 * 20_000 / 2)
      #expect(order == Array(0..<20_000))
    }
  }

  @Test("A frozen table refuses to change")
  func frozenRefuses() async {
    await #expect(processExitsWith: .failure) {
      let table = ChangeTable()
      table.freeze()
      table.put([1], [1])
    }
  }

  @Test("A cursor refuses to walk over a table that changed")
  func staleCursor() async {
    await #expect(processExitsWith: .failure) {
      let table = ChangeTable()
      table.put([1], [1])
      let cursor = table.cursor()
      table.put([1], [2])
      var entry = Entry()
      _ = cursor.next(into: &entry)
    }
  }

  /// Four bytes that sort as the number does.
  private func key(of number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
