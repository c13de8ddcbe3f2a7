import FileIO
import JournalFormat
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("A sparse log takes no longer than what it has on disk")
struct SparseFileTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Adds what stands before the zeros.
    var front: @Sendable (inout SegmentBuilder) -> Void
    /// Adds what stands behind them.
    var back: @Sendable (inout SegmentBuilder) -> Void
  }

  static let cases = [
    Case(testDescription: "nothing else", front: { _ in }, back: { _ in }),
    Case(
      testDescription: "a record that was begun",
      front: { $0.appendRaw([UInt8](repeating: 0xFF, count: 64)) }, back: { _ in }),
    Case(
      testDescription: "a byte at the very end", front: { _ in }, back: { $0.appendRaw([1]) }),
    Case(
      testDescription: "a witness at the very end", front: { _ in },
      back: { $0.append([.put("z", "z")], durableThrough: 4, sequence: 5) }),
    Case(
      testDescription: "no witness at the very end", front: { _ in },
      back: { $0.append([.put("z", "z")], durableThrough: 2, sequence: 5) }),
    Case(
      testDescription: "a record that was begun, and a witness",
      front: { $0.appendRaw([UInt8](repeating: 0xFF, count: 64)) },
      back: { $0.append([.put("z", "z")], durableThrough: 4, sequence: 5) }),
  ]

  private struct Verdict: Equatable {
    var state: StoreState?
    var damage: JournalError.Reason?
    var tornTailOffset: Int64?
    var findings: [InspectionFinding.Kind]

    init(_ files: any FileSystem) throws {
      do throws(JournalError) {
        let reader = try JournalReader(storePath, in: files)
        state = try reader.view.state()
        tornTailOffset = reader.report.tornTail?.offset
      } catch {
        damage = error.reason
      }
      findings = try StoreVerifier.verify(files.openDirectory(storePath, creating: false))
        .findings.map(\.kind)
    }
  }

  @Test("The verdict is that of a short run of zeros, and few reads make it", arguments: cases)
  func verdict(row: Case) throws {
    var segment = SegmentBuilder()
    segment.appendPuts(3)
    row.front(&segment)
    let front = segment.bytes
    row.back(&segment)
    let back = Array(segment.bytes[front.count...])
    let zeros = [UInt8](repeating: 0, count: 5000)
    let short = try Verdict(SimulatedFileSystem.store([segment.name: front + zeros + back]))
    let readCount = Shared(0)
    let sparse = InterposedFileSystem(
      try SimulatedFileSystem.store([segment.name: front]),
      sparse: [segment.name: SparseEnd(byteCount: 1 << 60, last: back)]
    ) { operation, _ in
      if operation == .read { readCount.withLock { $0 += 1 } }
    }
    #expect(try Verdict(sparse) == short)
    // Sixteen mebibytes, some times over, in pieces of 64 KiB or more.
    #expect(readCount.withLock { $0 } < 4_000)
  }
}
