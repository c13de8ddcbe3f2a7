import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Synchronization
import Testing

@Suite("Inspection beside a writer")
struct InspectionBesideWriterTests {
  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  @Test("Rotations and compactions at full speed raise no false alarm")
  func noFalseAlarm() async throws {
    let system = SimulatedFileSystem(seed: 11)
    let journal = try system.open(.small(2000))
    for number in 0..<50 { try journal.commit([.put("k\(number)", "v")]) }
    let done = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var number = 0
        while !done.isSet.load(ordering: .relaxed) {
          try await journal.commit { record in
            StoreChange.put("k\(number % 97)", "v\(number)").append(to: &record)
            return true
          }
          number += 1
          if number % 60 == 0 { try journal.compact(isFull: number % 240 == 0) }
        }
      }
      group.addTask {
        defer { done.isSet.store(true, ordering: .relaxed) }
        var last = LogSequenceNumber.zero
        for _ in 0..<40 {
          let result = try system.verify()
          #expect(result.worst.map { $0 == .note } ?? true, "\(result.findings)")
          // What was there stays there.
          #expect(result.lastSequence >= last)
          last = result.lastSequence
          let status = try system.status()
          #expect(status.failure == nil)
          let (records, findings, _) = try system.walk()
          #expect(findings.allSatisfy { $0.severity < .unreadable }, "\(findings)")
          #expect(zip(records, records.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
        }
      }
      try await group.waitForAll()
    }
    try journal.close()
    #expect(try system.verify().findings.isEmpty)
  }
}
