import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// A copy of a store is restored and written on, while the original has gone another way, and the
/// files get mixed.
@Suite("Files of a restored backup among newer ones")
struct RotBackupTests {
  /// How the two histories part.
  enum Parting: String, CaseIterable {
    /// Copied between two sessions.
    case closed
    /// Copied under a running writer, who goes on.
    case running
  }

  /// Two stores that were one, and the states that each of them ever had.
  private static func parted(
    _ parting: Parting, segmentByteCount: Int, compacting: Bool
  ) throws -> (original: GoldenStore, copy: GoldenStore) {
    var recorder = GoldenStore.Recorder()
    let options = JournalOptions.small(segmentByteCount)
    func write(
      _ count: Int, _ mark: String, _ journal: Journal, _ recorder: inout GoldenStore.Recorder
    ) throws {
      for number in 0..<count {
        let value = String(repeating: mark, count: 20)
        try recorder.commit([.put("k\(number)\(mark)", value)], journal)
      }
    }
    var journal = try recorder.system.open(options)
    try write(7, "0", journal, &recorder)
    if parting == .closed {
      try recorder.close(journal)
      journal = try recorder.system.open(options)
    }
    var copied = GoldenStore.Recorder(
      on: recorder.system.afterProcessKill(), states: recorder.states)
    try write(6, "a", journal, &recorder)
    if compacting { try journal.compact(isFull: true) }
    try write(6, "a", journal, &recorder)
    try recorder.close(journal)
    let other = try copied.system.open(options)
    try write(7, "b", other, &copied)
    if compacting { try other.compact(isFull: true) }
    try write(5, "b", other, &copied)
    try copied.close(other)
    return (
      try GoldenStore("original", recorder.system, states: recorder.states),
      try GoldenStore("copy", copied.system, states: copied.states)
    )
  }

  @Test(
    "P2, P3: any mixture is an error or a state that one of the two once had",
    arguments: Parting.allCases, [(250, true), (400, true), (250, false), (400, false)])
  func mixtures(parting: Parting, shape: (segmentByteCount: Int, compacting: Bool)) throws {
    let (original, copy) = try Self.parted(
      parting, segmentByteCount: shape.segmentByteCount, compacting: shape.compacting)
    let known = original.states + copy.states
    var check = RotCheck(original)
    // Each file that the two do not share comes from one of them, or, with a name of its own, is
    // there or not.
    let names = Set(original.fileNames + copy.fileNames).filter {
      original.files[$0] != copy.files[$0]
    }.sorted()
    var generator = SeededGenerator(seed: UInt64(shape.segmentByteCount))
    let count = min(1 << names.count, 60)
    for number in 0..<count {
      let choice = count < 60 ? number : Int.random(in: 0..<(1 << names.count), using: &generator)
      var changes: [String: [UInt8]?] = [:]
      for (index, name) in names.enumerated() where choice & (1 << index) != 0 {
        changes[name] = copy.files[name]
      }
      let place = "\(parting), \(shape): \(changes.keys.sorted()) of the copy"
      try check.check(original.disk(changes), .damageOr(known), place)
    }
    print("mixtures, \(parting), \(check.summary)")
    #expect(check.errors > 0)
  }
}
