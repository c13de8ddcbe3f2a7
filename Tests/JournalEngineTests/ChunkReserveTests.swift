import FileIO
import JournalFormat
import Synchronization
import Testing

@testable import JournalEngine

@Suite("Memory that goes from table to table", .timeLimit(.minutes(30)))
struct ChunkReserveTests {
  private static let key = Array("key".utf8)

  /// Writes a number where a chunk begins.
  private func mark(_ chunk: EntryBlock, _ number: UInt64) {
    chunk.initialize(
      key: Self.key.span, value: Span(),
      stamp: EntryStamp(sequence: LogSequenceNumber(number), isRemoval: false), granuleCount: 2)
  }

  @Test("What is given back last is taken first, and what is not there is fetched")
  func order() {
    let reserve = ChunkReserve()
    let (first, second) = (reserve.take(), reserve.take())
    mark(first, 1)
    mark(second, 2)
    reserve.give(first)
    reserve.give(second)
    #expect(reserve.count == 2)
    let taken = (0..<3).map { _ in reserve.take() }
    #expect(taken.prefix(2).map(\.sequence) == [LogSequenceNumber(2), LogSequenceNumber(1)])
    #expect(taken[2].sequence == .zero, "memory from the system is zero")
    #expect(reserve.count == 0)
    for chunk in taken { reserve.give(chunk) }
  }

  @Test("Eight mebibytes are kept, whatever is given back")
  func limit() {
    let reserve = ChunkReserve()
    let chunks = (0..<ChunkReserve.largestCount + 10).map { _ in reserve.take() }
    for chunk in chunks { reserve.give(chunk) }
    #expect(reserve.count == ChunkReserve.largestCount)
    #expect(
      reserve.count * ChunkReserve.granulesPerChunk * EntryBlock.granuleByteCount == 8 << 20)
  }

  @Test("Chunks fetched ahead are zero and apart from each other, and go back one by one")
  func ahead() {
    let reserve = ChunkReserve()
    reserve.prepare()
    #expect(reserve.count == 16)
    let chunks = (0..<16).map { _ in reserve.take() }
    #expect(reserve.count == 0)
    for (number, chunk) in chunks.enumerated() {
      #expect(chunk.sequence == .zero)
      let last = chunk.block(afterGranules: ChunkReserve.granulesPerChunk - 2)
      mark(chunk, UInt64(number) + 1)
      mark(last, UInt64(number) + 101)
    }
    for (number, chunk) in chunks.enumerated() {
      let last = chunk.block(afterGranules: ChunkReserve.granulesPerChunk - 2)
      #expect(chunk.sequence == LogSequenceNumber(UInt64(number) + 1))
      #expect(last.sequence == LogSequenceNumber(UInt64(number) + 101))
    }
    // Every other one goes, so that the rest of the memory must stay as it is.
    for (number, chunk) in chunks.enumerated() where number.isMultiple(of: 2) {
      chunk.unmapPages(granuleCount: ChunkReserve.granulesPerChunk)
    }
    for (number, chunk) in chunks.enumerated() where !number.isMultiple(of: 2) {
      #expect(chunk.sequence == LogSequenceNumber(UInt64(number) + 1))
      reserve.give(chunk)
    }
  }

  @Test("A table in memory that another one has left behind holds what was put into it")
  func reused() {
    for round in 0..<4 {
      let table = ChangeTable()
      let count = 6000 + round
      for number in 0..<count {
        let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number + round), count: 150)
        table.put(key: Array("k\(number)".utf8).span, value: value.span, at: LogSequenceNumber(1))
      }
      // Large enough for memory that goes from table to table.
      #expect(table.memoryByteCount > 1 << 20)
      for number in stride(from: 0, to: count, by: 7) {
        let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number + round), count: 150)
        #expect(
          table.lookup(Array("k\(number)".utf8).span) == .value(value, LogSequenceNumber(1)))
      }
      #expect(table.frozenCopy(prefix: nil).count == count)
    }
  }
}
