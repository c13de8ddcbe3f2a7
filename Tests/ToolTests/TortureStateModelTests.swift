import Testing
import journal_torture

@Suite("The model that tells which prefix a store holds")
struct TortureStateModelTests {
  private func entries(
    seed: UInt64, through count: UInt64, hasDeletions: Bool
  ) -> [String: String] {
    var entries: [String: String] = [:]
    for number in 1...count {
      let update = UpdateStream(seed: seed).update(number)
      entries[update.key] = hasDeletions && update.isDeletion ? nil : update.value
    }
    return entries
  }

  @Test("Every prefix is recognised, from any earlier one", arguments: [false, true])
  func recognisesPrefixes(hasDeletions: Bool) {
    for count in UInt64(1)...120 {
      let held = entries(seed: 5, through: count, hasDeletions: hasDeletions)
      for earlier in [0, count / 2, count] {
        var model = StateModel(seed: 5, hasDeletions: hasDeletions)
        model.advance(to: earlier)
        let isFound = model.advance(toDescribe: held)
        #expect(isFound, "update \(count) from \(earlier)")
        #expect(model.describes(held))
        #expect(model.updateCount <= count)
        #expect(hasDeletions || model.updateCount == count)
      }
    }
  }

  @Test("A prefix that ends before what was acknowledged is a loss", arguments: [false, true])
  func reportsLoss(hasDeletions: Bool) {
    let held = entries(seed: 5, through: 99, hasDeletions: hasDeletions)
    var model = StateModel(seed: 5, hasDeletions: hasDeletions)
    model.advance(to: 103)
    let isFound = model.advance(toDescribe: held)
    #expect(!isFound)
    #expect(model.updateCount == 103)
    #expect(model.violation(in: held).hasPrefix("lost: the state is that after update"))
  }

  @Test(
    "A missing key, an old value, a changed byte and an invented key are each no prefix",
    arguments: [false, true])
  func reportsHoles(hasDeletions: Bool) throws {
    // Where a removal follows, a missing key is a prefix: that of one update more.
    let stream = UpdateStream(seed: 9)
    let count = try #require(
      (UInt64(300)...400).first { number in
        !stream.update(number).isDeletion && !stream.update(number + 1).isDeletion
      })
    let held = entries(seed: 9, through: count, hasDeletions: hasDeletions)
    let old = entries(seed: 9, through: count - 60, hasDeletions: hasDeletions)
    var tampered: [[String: String]] = []
    for (key, value) in held where Update.number(of: value) != count {
      var missing = held
      missing[key] = nil
      var changed = held
      changed[key] = String(value.dropLast()) + (value.hasSuffix("0") ? "1" : "0")
      tampered += [missing, changed]
      if let before = old[key], before != value {
        var stale = held
        stale[key] = before
        tampered.append(stale)
      }
    }
    var invented = held
    invented["k24"] = "1:00"
    tampered.append(invented)
    #expect(tampered.count > 40)
    for entries in tampered {
      var model = StateModel(seed: 9, hasDeletions: hasDeletions)
      let isFound = model.advance(toDescribe: entries)
      #expect(!isFound)
      model.advance(to: count)
      #expect(model.violation(in: entries).hasPrefix("no prefix"))
    }
  }

  @Test("Acknowledgements are read across pieces, and must be consecutive")
  func readsAcknowledgements() {
    var reader = AcknowledgementReader()
    let pieces = ["ACK 7\nA", "CK 8\nACK", " 9\n"]
    for piece in pieces {
      let isAcknowledgement = reader.read(Array(piece.utf8))
      #expect(isAcknowledgement, "\(piece)")
    }
    #expect(reader.numbers == 7...9)
    for wrong in ["ACK 11\n", "ACK 9\n", "ACK x\n", "done\n"] {
      var copy = reader
      let isAcknowledgement = copy.read(Array(wrong.utf8))
      #expect(!isAcknowledgement, "\(wrong)")
    }
  }
}
