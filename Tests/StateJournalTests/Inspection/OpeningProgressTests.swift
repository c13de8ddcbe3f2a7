import JournalFormat
import StateJournal
import StorageSimulator
import Synchronization
import Testing

@Suite("Whoever reads the log is heard of")
struct OpeningProgressTests {
  private final class Told: Sendable {
    private let count = Mutex(0)

    func note(_ progress: InspectionProgress) {
      count.withLock { count in
        if progress.byteCount == progress.totalByteCount { count += 1 }
      }
    }

    /// How many logs were read to their ends by `body`.
    func openings(_ body: () throws -> Void) rethrows -> Int {
      let before = count.withLock { $0 }
      try body()
      return count.withLock { $0 } - before
    }
  }

  private let system = SimulatedFileSystem(seed: 1)
  private let path = StorageHistory.path

  init() throws {
    let storage = try JournalStateStorage.open(path, options: StorageHistory.options, in: system)
    for number in 0..<10 {
      try storage.update(.stream("a", of: "one"), to: ["n": .int(Int64(number))])
    }
    try storage.label("here")
    try storage.close()
  }

  @Test("Each question about the state tells how far reading the log has come")
  func inspector() throws {
    let told = Told()
    var inspector = JournalInspector(path, in: system)
    inspector.onOpeningProgress = { told.note($0) }
    let address = StateAddress.stream("a", of: "one")
    let questions: [(name: String, ask: () throws -> Void)] = [
      ("status", { _ = try inspector.status() }),
      ("entries", { try inspector.forEachEntry { _ in true } }),
      ("state", { _ = try inspector.state(of: "one") }),
      ("object", { _ = try inspector.readVersioned(address) }),
      ("labels", { _ = try inspector.labels() }),
      ("label", { _ = try inspector.sequence(at: .label("here")) }),
      ("last", { _ = try inspector.sequence(at: .last) }),
      ("reversal", { _ = try inspector.reversal(to: LogSequenceNumber(5)) }),
      ("map", { _ = try inspector.map() }),
      ("prune", { _ = try inspector.prunableFiles() }),
      (
        "compare",
        {
          let now = StateReference(inspector)
          _ = try JournalInspector.compare(now, with: now) { _ in true }
        }
      ),
      ("compact", { try inspector.compact() }),
    ]
    for question in questions {
      let count = try told.openings(question.ask)
      #expect(count >= 1, "\(question.name)")
    }
  }

  @Test("Copies and rewinds tell as well")
  func copies() throws {
    let told = Told()
    var backup = JournalBackup("backup", in: system)
    backup.onOpeningProgress = { told.note($0) }
    #expect(try told.openings { try backup.update(from: path) } >= 1)
    #expect(try told.openings { _ = try backup.compare(with: path) } == 2)
    #expect(try told.openings { try backup.restore(to: "all") } >= 1)
    #expect(try told.openings { try backup.restore(to: "then", at: LogSequenceNumber(5)) } >= 2)
    var rescue = JournalRescue(path, in: system)
    rescue.onOpeningProgress = { told.note($0) }
    #expect(try told.openings { _ = try rescue.rewindPlan(to: LogSequenceNumber(5)) } >= 1)
    #expect(try told.openings { try rescue.rewind(to: LogSequenceNumber(5), into: "now") } >= 2)
    #expect(try told.openings { try rescue.rewind(to: LogSequenceNumber(5)) } >= 2)
  }
}
