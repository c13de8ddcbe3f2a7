import JournalEngine
import JournalFormat
import Testing

@Suite("Change table against a dictionary")
struct ChangeTableModelTests {
  @Test("Any sequence of changes leaves what a dictionary holds", arguments: 1...8)
  func randomChanges(seed: UInt64) throws {
    var random = TableGenerator(seed: seed)
    let table = ChangeTable()
    var model = ChangeTableModel()
    for step in 1...1500 {
      let sequence = LogSequenceNumber(UInt64(step))
      let key = random.key()
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<65:
        let value = random.bytes(count: valueByteCount(using: &random))
        table.put(key: key.span, value: value.span, at: sequence)
        model.changes[key] = .init(value: value, sequence: sequence)
      case 65..<80:
        table.remove(key: key.span, at: sequence)
        model.changes[key] = .init(value: nil, sequence: sequence)
      case 80..<82 where key.count > 2:
        table.removePrefix(key.span, at: sequence)
        model.removePrefix(key)
      case 82..<86:
        let prefix = Bool.random(using: &random) ? Array(key.prefix(2)) : nil
        let from = Bool.random(using: &random) ? random.key() : nil
        #expect(
          try table.entries(prefix: prefix, from: from)
            == model.entries(prefix: prefix, from: from),
          "seed \(seed), step \(step)")
      default:
        #expect(table.lookup(key) == model.lookup(key), "seed \(seed), step \(step)")
      }
    }
    try expectAgreement(table, model, seed: seed)
    table.freeze()
    try expectAgreement(table, model, seed: seed)
  }

  @Test("Order holds through growth, splits and drops of many keys", arguments: 1...2)
  func manyKeys(seed: UInt64) throws {
    var random = TableGenerator(seed: seed)
    let table = ChangeTable()
    var model = ChangeTableModel()
    for round in 1...4 {
      let sequence = LogSequenceNumber(UInt64(round))
      // Few new keys are sorted in one by one, many by sorting all anew.
      for _ in 0..<(round.isMultiple(of: 2) ? 150 : 2500) {
        let key = [UInt8.random(in: 0..<8, using: &random)] + random.bytes(count: 9)
        table.put(key: key.span, value: key.span, at: sequence)
        model.changes[key] = .init(value: key, sequence: sequence)
      }
      try expectAgreement(table, model, seed: seed)
      let prefix = [UInt8.random(in: 0..<8, using: &random)]
      table.removePrefix(prefix.span, at: sequence)
      model.removePrefix(prefix)
      try expectAgreement(table, model, seed: seed)
    }
    table.removePrefix([])
    #expect(table.count == 0 && table.entryByteCount == 0 && table.removedPrefixes == [[]])
    #expect(try table.entries().isEmpty)
  }

  @Test(
    "A key sorts in at any place of a full leaf",
    arguments: [0, 1, 2, 254, 255, 256, 257, 258, 510, 511, 512])
  func fullLeaf(place: Int) throws {
    let table = ChangeTable()
    func key(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
    for number in 0..<448 { table.put(key(2 * number + 2), []) }
    _ = table.cursor()
    for number in 448..<512 {
      table.put(key(2 * number + 2), [])
      _ = table.cursor()
    }
    table.put(key(2 * place + 1), [])
    let order = try table.entries().map(\.key)
    #expect(order.count == 513)
    #expect(order == order.sorted { $0.lexicographicallyPrecedes($1) })
  }

  /// Values that fit in place, outgrow their place, and get an allocation of their own.
  private func valueByteCount(using random: inout TableGenerator) -> Int {
    let largest = [20, 20, 20, 300, 300, 6000, 40_000].randomElement(using: &random) ?? 0
    return Int.random(in: 0...largest, using: &random)
  }

  private func expectAgreement(
    _ table: ChangeTable, _ model: ChangeTableModel, seed: UInt64
  ) throws {
    #expect(table.count == model.changes.count, "seed \(seed)")
    let byteCount = model.changes.reduce(0) { $0 + $1.key.count + ($1.value.value?.count ?? 0) }
    #expect(table.entryByteCount == byteCount, "seed \(seed)")
    let prefixes = model.prefixes.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(table.removedPrefixes == prefixes, "seed \(seed)")
    #expect(
      try table.entries() == model.entries(prefix: nil, from: nil), "seed \(seed)")
    for (key, change) in model.changes {
      #expect(table.sequence(of: key) == change.sequence, "seed \(seed)")
      #expect(table.value(of: key) == change.value, "seed \(seed)")
      #expect(table.lookup(key) == model.lookup(key), "seed \(seed)")
    }
  }
}
