import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("Whoever plans a rewind or writes an archive is told how far it is")
struct RescueProgressTests {
  private let system = SimulatedFileSystem(seed: 1)

  init() throws {
    var options = StorageHistory.options
    options.segmentByteCount = 1 << 20
    let storage = try JournalStateStorage.open(StorageHistory.path, options: options, in: system)
    let text = StateValue.string(String(repeating: "x", count: 400 << 10))
    for number in 0..<8 {
      try storage.update(
        .stream("s", of: "one"), to: ["n": .int(Int64(number)), "text": text])
    }
    try storage.close()
  }

  @Test("A plan tells of the log behind the commit")
  func plan() throws {
    var told: [InspectionProgress] = []
    let plan = try JournalRescue(StorageHistory.path, in: system).rewindPlan(
      to: LogSequenceNumber(2)
    ) { told.append($0) }
    #expect(plan.addresses == [.stream("s", of: "one")])
    #expect(told.count > 1)
    #expect(told.allSatisfy { $0.byteCount <= $0.totalByteCount })
    #expect(zip(told, told.dropFirst()).allSatisfy { $0.byteCount < $1.byteCount })
  }

  @Test("An archive with files tells of the check and, from zero again, of each file up to the end")
  func archive() throws {
    func steps(_ includingFiles: Bool) throws -> [[InspectionProgress]] {
      var steps: [[InspectionProgress]] = []
      try JournalRescue(StorageHistory.path, in: system).writeSupportBundle(
        to: "report.tar", includingFiles: includingFiles
      ) { progress in
        if progress.byteCount < steps.last?.last?.byteCount ?? .max { steps.append([]) }
        steps[steps.count - 1].append(progress)
      }
      return steps
    }
    let checks = try steps(false)
    #expect(checks.count == 1)
    let both = try steps(true)
    let copies = try #require(both.last)
    #expect(both.count == 2 && copies.count > 3)
    #expect(copies.last.map { $0.byteCount == $0.totalByteCount } == true, "\(copies)")
  }
}
