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

  @Test("Each walk through a state tells how far it has come, and when it is over")
  func walks() throws {
    let storage = try JournalStateStorage.open(path, options: StorageHistory.options, in: system)
    let text = StateValue.string(String(repeating: "x", count: 50_000))
    for number in 0..<30 {
      try storage.update(.stream("s\(number)", of: "large"), to: ["text": text])
    }
    try storage.compact()
    try storage.update(.stream("a", of: "one"), to: ["n": 11])
    try storage.close()
    let told = Mutex((steps: 0, ends: 0, isAscending: true, last: Int64(0)))
    let note: @Sendable (InspectionProgress) -> Void = { progress in
      told.withLock { told in
        let isEnd = progress.byteCount == progress.totalByteCount
        if isEnd { told.ends += 1 } else { told.steps += 1 }
        told.isAscending = told.isAscending && progress.byteCount >= told.last
        told.last = isEnd ? 0 : progress.byteCount
      }
    }
    var inspector = JournalInspector(path, in: system)
    inspector.onStateProgress = note
    var backup = JournalBackup("backup", in: system)
    backup.onStateProgress = note
    try backup.update(from: path)
    let now = StateReference(inspector)
    let questions: [(name: String, ask: () throws -> Void)] = [
      ("entries", { try inspector.forEachEntry { _ in true } }),
      ("state", { _ = try inspector.state(of: "large") }),
      ("map", { _ = try inspector.map() }),
      ("reversal", { _ = try inspector.reversal(to: LogSequenceNumber(5)) }),
      ("compare", { _ = try JournalInspector.compare(now, with: now) { _ in true } }),
      ("deep", { _ = try inspector.verifyDeeply() }),
      ("backup", { _ = try backup.compare(with: path) }),
    ]
    for question in questions {
      told.withLock { $0 = (0, 0, true, 0) }
      try question.ask()
      let (steps, ends, isAscending, _) = told.withLock { $0 }
      #expect(steps >= 3 && ends >= 1 && isAscending, "\(question.name): \(steps) and \(ends)")
    }
    // A small source of a large state is not measured by the whole of it.
    told.withLock { $0 = (0, 0, true, 0) }
    _ = try inspector.state(of: "one")
    #expect(told.withLock { $0.steps == 0 && $0.ends == 1 })
    // Whoever stops in the midst is over too.
    try inspector.forEachEntry { _ in false }
    #expect(told.withLock { $0.ends == 2 })
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
