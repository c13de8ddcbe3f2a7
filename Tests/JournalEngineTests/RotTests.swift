import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Files that were whole once and are not any more: the answer is an error or the same state.
@Suite("Rot is never taken for another state")
struct RotTests {
  private static func golden() throws -> (SegmentBuilder, [StoreState]) {
    var builder = SegmentBuilder()
    var states: [StoreState] = [[:]]
    let commits: [[StoreChange]] = [
      [.put("a/1", "one")], [.put("a/2", "two"), .put("b", "")], [.remove("a/1")],
      [.put("b", String(repeating: "b", count: 600))], [.removePrefix("a/")], [.put("c", "last")],
    ]
    for commit in commits {
      builder.append(commit)
      var state = states[states.count - 1]
      state.apply(commit)
      states.append(state)
    }
    return (builder, states)
  }

  @Test("Cutting a segment anywhere loses only records from the cut onward")
  func everyCut() throws {
    let (golden, states) = try Self.golden()
    let ends = golden.offsets.dropFirst() + [golden.bytes.count]
    for length in 0...golden.bytes.count {
      let whole = ends.count { $0 <= length }
      // As it is, and with zeros where the rest was.
      for padding in [0, golden.bytes.count - length, 600] {
        let bytes = golden.bytes.prefix(length) + [UInt8](repeating: 0, count: padding)
        let system = try SimulatedFileSystem.store([golden.name: Array(bytes)])
        guard length >= SegmentHeader.byteCount else {
          // Nothing was ever acknowledged in a segment without a header.
          let journal = try system.open()
          #expect(try journal.state().isEmpty, "length \(length)")
          continue
        }
        let (state, report) = try system.readState()
        #expect(state == states[whole], "length \(length), padding \(padding)")
        let journal = try system.open()
        #expect(try journal.state() == states[whole], "length \(length), padding \(padding)")
        let isWhole = golden.offsets.contains(length) || length == golden.bytes.count
        // A record that ends in zeros is whole again when zeros take their place.
        if isWhole { #expect(report.tornTail == nil, "length \(length)") }
        #expect(report.tornTail?.sequence.rawValue ?? UInt64(whole) + 1 == UInt64(whole) + 1)
        #expect(journal.lastSequence.rawValue == UInt64(whole))
      }
    }
  }

  @Test("A cut below the watermark is damage at every length")
  func everyCutBelowWatermark() throws {
    let (golden, _) = try Self.golden()
    for length in 0..<golden.bytes.count {
      let system = try SimulatedFileSystem.store([
        golden.name: Array(golden.bytes.prefix(length)), "WATERMARK": Watermark.bytes(6),
      ])
      let before = try system.image
      let error = #expect(throws: JournalError.self, "length \(length)") { try system.open() }
      guard case .damage = error?.reason else {
        Issue.record("length \(length): \(String(describing: error))")
        return
      }
      #expect(try system.image == before)
    }
  }

  /// Several segments, a base, a run, an older generation and a watermark, closed cleanly.
  private func smallStore() throws -> (SimulatedFileSystem, StoreState) {
    let system = SimulatedFileSystem(seed: 1)
    var options = JournalOptions.small(250)
    options.maximumRunCount = 3
    let journal = try system.open(options)
    for number in 0..<3 { try journal.commit([.put("a\(number)", "value \(number)")]) }
    try journal.compact()
    try journal.commit([.put("b", "run"), .remove("a1")])
    try journal.compact()
    try journal.commit([.put("c", "log")])
    try journal.commit([.put("d", String(repeating: "d", count: 60))])
    try journal.commit([.put("e", "last")])
    let state = try journal.state()
    try journal.close()
    return (system, state)
  }

  @Test("P9: flipping any bit of any file gives an error or the same state")
  func everyBit() throws {
    let (system, expected) = try smallStore()
    #expect(system.segmentNames.count >= 3 && system.snapshotNames.count >= 2)
    var errors = 0
    var same = 0
    for name in system.storeNames {
      let bytes = try system.bytes(name)
      for bit in 0..<(bytes.count * 8) {
        var rotten = bytes
        rotten[bit / 8] ^= 1 << (bit % 8)
        try system.replaceContents(of: "\(storePath)/\(name)", with: rotten)
        do {
          let state = try system.readState().state
          if state != expected { Issue.record("\(name), bit \(bit): \(state)") }
          same += 1
        } catch {
          errors += 1
        }
        // Opening for writing must not make something else of it either.
        guard bit % 61 == 0 else { continue }
        let disk = system.afterProcessKill()
        guard let journal = try? disk.open() else { continue }
        if let state = try? journal.state(), state != expected {
          Issue.record("\(name), bit \(bit), opened for writing: \(state)")
        }
      }
      try system.replaceContents(of: "\(storePath)/\(name)", with: bytes)
    }
    print("\(errors) flipped bits gave an error, \(same) the same state")
    #expect(errors > 1000 && same > 1000)
  }
}
