import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("Whoever plans a rewind, writes an archive or copies a store is told how far it is")
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

  @Test("A backup, one that is continued, and a restore tell of bytes and records up to the last")
  func copies() throws {
    var told: [InspectionProgress] = []
    func note(_ progress: InspectionProgress) { told.append(progress) }
    func expectWhole(_ recordCount: Int, _ what: Comment) throws {
      let last = try #require(told.last, what)
      #expect(last.byteCount == last.totalByteCount && last.recordCount == recordCount, what)
      #expect(told.count > 1 && told[0].recordCount < recordCount, what)
      #expect(
        zip(told, told.dropFirst()).allSatisfy {
          $0.byteCount < $1.byteCount && $0.recordCount <= $1.recordCount
        }, what)
      told = []
    }
    let backup = JournalBackup("backup", in: system)
    try backup.update(from: StorageHistory.path, onProgress: note)
    try expectWhole(10, "first")

    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    let text = StateValue.string(String(repeating: "y", count: 400 << 10))
    for name in ["s", "t"] { try storage.update(.stream(name, of: "one"), to: ["text": text]) }
    try storage.close()
    try backup.update(from: StorageHistory.path, isIncremental: true, onProgress: note)
    try expectWhole(4, "continued")

    try backup.restore(to: "restored", onProgress: note)
    try expectWhole(14, "restored")
    try JournalInspector(StorageHistory.path, in: system).compact(retainedGenerationCount: 0)
    try JournalBackup("compacted", in: system).update(
      from: StorageHistory.path, onProgress: note)
    try expectWhole(2, "of a snapshot with two objects")
  }

  @Test("A check of snapshots counts the entries of one while it is being read")
  func snapshots() throws {
    let inspector = JournalInspector(StorageHistory.path, in: system)
    let storage = try JournalStateStorage.open(
      StorageHistory.path, options: StorageHistory.options, in: system)
    for number in 0..<500 {
      try storage.update(
        .stream("s\(number)", of: "two"), to: ["n": .int(Int64(number)), "text": "some text"])
    }
    try storage.close()
    try inspector.compact()
    var told: [InspectionProgress] = []
    _ = try inspector.verifySnapshots { told.append($0) }
    #expect(told.last?.recordCount == 501)
    #expect(told.contains { $0.recordCount > 0 && $0.recordCount < 501 })
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
    // Eight updates, and the ends of the session.
    #expect(copies.last?.recordCount == 10)
    #expect(zip(copies, copies.dropFirst()).allSatisfy { $0.recordCount <= $1.recordCount })
    #expect(copies.first.map { $0.recordCount < 10 } == true)
  }
}
