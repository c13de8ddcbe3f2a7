import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator

/// The shapes that stores come in.
extension GoldenStore {
  static let all: [GoldenStore] =
    [small, torn, generations, snapshots, big, prefixes, buffered, storage]
    .compactMap { try? $0() }

  static func named(_ name: String) -> GoldenStore? { all.first { $0.name == name } }

  /// Notes the state after every commit.
  struct Recorder {
    let system: SimulatedFileSystem
    private(set) var states: [RotContent]

    init(
      on system: SimulatedFileSystem = SimulatedFileSystem(seed: 1), states: [RotContent] = [[:]]
    ) {
      self.system = system
      self.states = states
    }

    /// Notes the present state for all commits up to the last.
    mutating func note(_ journal: Journal) throws {
      let content = try journal.view().content()
      while states.count <= Int(journal.lastSequence.rawValue) {
        // A session's first commit comes behind the record that introduces it, which changes nothing.
        let isLast = states.count == Int(journal.lastSequence.rawValue)
        states.append(isLast ? content : states[states.count - 1])
      }
    }

    mutating func commit(
      _ changes: [StoreChange], _ journal: Journal,
      _ durability: JournalOptions.Durability = .synced
    ) throws {
      try journal.commit(changes, durability)
      try note(journal)
    }

    mutating func close(_ journal: Journal) throws {
      try journal.close()
      try note(journal)
    }

    /// Drops the last commit: it is not whole in the files any more.
    mutating func forgetLast() { states.removeLast() }
  }

  /// One segment whose process was killed: nothing vouches for the last commit.
  private static func small() throws -> GoldenStore {
    var recorder = Recorder()
    let journal = try recorder.system.open()
    for number in 0..<4 {
      try recorder.commit([.put("k\(number % 3)", "value \(number)")], journal)
    }
    try recorder.commit([.remove("k1")], journal)
    return try GoldenStore(
      "small", recorder.system.afterProcessKill(), states: recorder.states)
  }

  /// Several segments, the last of which ends in half a record.
  private static func torn() throws -> GoldenStore {
    var recorder = Recorder()
    let journal = try recorder.system.open(.small(250))
    for number in 0..<9 { try recorder.commit([.put("k\(number)", "v\(number)")], journal) }
    let killed = recorder.system.afterProcessKill()
    if let last = killed.segmentNames.max() { try killed.replace(last) { $0.removeLast(3) } }
    recorder.forgetLast()
    return try GoldenStore("torn", killed, states: recorder.states)
  }

  /// A base, a run, an older generation and some log; closed.
  private static func generations() throws -> GoldenStore {
    var recorder = Recorder()
    var options = JournalOptions.small(250)
    options.maximumRunCount = 3
    let journal = try recorder.system.open(options)
    for number in 0..<3 { try recorder.commit([.put("a\(number)", "value")], journal) }
    try journal.compact(isFull: true)
    try recorder.commit([.put("b", "x"), .remove("a1")], journal)
    try journal.compact(isFull: true)
    try recorder.commit([.put("c", "run"), .removePrefix("a0")], journal)
    try journal.compact()
    try recorder.commit([.put("d", "log")], journal)
    try recorder.commit([.put("e", String(repeating: "e", count: 60))], journal)
    try recorder.close(journal)
    return try GoldenStore("generations", recorder.system, states: recorder.states)
  }

  /// Everything in snapshots, and a last segment with nothing in it.
  private static func snapshots() throws -> GoldenStore {
    var recorder = Recorder()
    var options = JournalOptions.deterministic
    options.retainedGenerationCount = 0
    let journal = try recorder.system.open(options)
    for number in 0..<20 {
      try recorder.commit([.put("k\(number)", String(repeating: "v", count: number))], journal)
    }
    try journal.compact(isFull: true)
    try recorder.commit([.put("k0", "again"), .remove("k5")], journal)
    try journal.compact()
    return try GoldenStore(
      "snapshots", recorder.system.afterProcessKill(), states: recorder.states)
  }

  /// Values longer than a block of a snapshot and than a segment.
  private static func big() throws -> GoldenStore {
    var recorder = Recorder()
    let journal = try recorder.system.open(.small(4000))
    for number in 0..<2 {
      let value = String(repeating: "\(number)", count: 20_000)
      try recorder.commit([.put("big\(number)", value), .put("s\(number)", "1")], journal)
    }
    try journal.compact(isFull: true)
    try recorder.commit([.put("big0", String(repeating: "x", count: 9_000))], journal)
    try recorder.commit([.put("s2", "2")], journal)
    try recorder.close(journal)
    return try GoldenStore("big", recorder.system, states: recorder.states)
  }

  /// Removals of prefixes, in the log, in a run, and of what an older file holds.
  private static func prefixes() throws -> GoldenStore {
    var recorder = Recorder()
    var options = JournalOptions.small(300)
    options.maximumRunCount = 4
    let journal = try recorder.system.open(options)
    for key in ["a/1", "a/2", "b/1", "b/2", "c/1"] {
      try recorder.commit([.put(key, "1")], journal)
    }
    try journal.compact(isFull: true)
    try recorder.commit([.removePrefix("a/"), .put("a/3", "2")], journal)
    try journal.compact()
    try recorder.commit([.removePrefix("b/")], journal)
    try recorder.commit([.put("b/9", "3"), .removePrefix("c/")], journal)
    return try GoldenStore(
      "prefixes", recorder.system.afterProcessKill(), states: recorder.states)
  }

  /// Commits that were never synced behind some that were: nothing vouches for several of them.
  private static func buffered() throws -> GoldenStore {
    var recorder = Recorder()
    let later = JournalOptions.Durability.buffered(interval: .seconds(36_000))
    let journal = try recorder.system.open()
    for number in 0..<3 { try recorder.commit([.put("k\(number)", "synced")], journal) }
    for number in 0..<5 { try recorder.commit([.put("k\(number)", "later")], journal, later) }
    return try GoldenStore(
      "buffered", recorder.system.afterProcessKill(), states: recorder.states)
  }

  /// Written as applications write.
  private static func storage() throws -> GoldenStore {
    var recorder = Recorder()
    for session in 0..<2 {
      let storage = try JournalStateStorage.open(
        storePath, options: .small(400), in: recorder.system)
      for number in 0..<4 {
        try storage.update(
          .stream("é\(number)", of: "orders\u{0}"),
          to: ["n": .int(Int64(session)), "x": [1.5, nil]])
        try recorder.note(storage.journal)
      }
      try storage.apply([
        .remove(.stream("é1", of: "orders\u{0}")), .update(.others("o", of: "a"), ["s": "\u{0}"]),
      ])
      try recorder.note(storage.journal)
      try storage.compact(full: true)
      try storage.write(SourceState(streams: ["only": ["n": 7]]), to: "a")
      try recorder.note(storage.journal)
      try recorder.close(storage.journal)
    }
    return try GoldenStore("storage", recorder.system, states: recorder.states)
  }
}
