import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// Whole files that are gone, in the wrong place, or somebody else's.
@Suite("Rot of whole files")
struct RotFileTests {
  /// Names that a file could be given by mistake: those that exist, and the ones next to them.
  private static func otherNames(in golden: GoldenStore) -> [String] {
    var names = Set(golden.fileNames)
    for name in golden.fileNames {
      names.insert(name + FileName.temporarySuffix)
      switch FileName(name) {
      case .segment(let first):
        for neighbour in [first.previous, first.next] where neighbour > .zero {
          names.insert(FileName.segment(first: neighbour).text)
        }
      case .snapshot(let range):
        for after in [range.after.previous, range.after, range.after.next] {
          for through in [range.through.previous, range.through, range.through.next]
          where after < through {
            names.insert(FileName.snapshot(SnapshotRange(after: after, through: through)).text)
          }
        }
      default: break
      }
    }
    names.insert(
      FileName.segment(first: LogSequenceNumber(golden.lastSequence).next).text)
    return names.sorted()
  }

  @Test(
    "P3: a file that is missing is an error or harmless", arguments: GoldenStore.all.map(\.name))
  func removed(name: String) throws {
    let golden = try #require(GoldenStore.named(name))
    var check = RotCheck(golden)
    for file in golden.fileNames {
      try check.check(
        golden.disk([file: nil]), golden.expectation(without: file), "without \(file)")
    }
    print("missing files, \(check.summary)")
    #expect(check.cases == golden.fileNames.count)
  }

  @Test(
    "P3: a file under another name, moved, copied or exchanged, is an error or harmless",
    arguments: GoldenStore.all.map(\.name))
  func misplaced(name: String) throws {
    let golden = try #require(GoldenStore.named(name))
    var check = RotCheck(golden)
    var number = 0
    for file in golden.fileNames {
      for other in Self.otherNames(in: golden) where other != file {
        number += 1
        guard RotStride.includes(number, standard: 9) else { continue }
        let bytes = golden.files[file] ?? []
        // What takes the place of another file damages that one, and what is moved is missing where
        // it was: either can be all that is noticed.
        let replaced = golden.expectation(other, became: bytes).states(in: golden)
        // Where the watermark has gone too, nothing vouches for the last segment any more.
        let missing =
          FileName(file) == .watermark
          ? golden.states : golden.expectation(without: file).states(in: golden)
        try check.check(
          golden.disk([other: bytes]), .damageOr(replaced), "\(file) copied to \(other)")
        try check.check(
          golden.disk([other: bytes, file: nil]), .damageOr(replaced + missing),
          "\(file) moved to \(other)")
        if let exchanged = golden.files[other], other > file {
          let back = golden.expectation(file, became: exchanged).states(in: golden)
          try check.check(
            golden.disk([other: bytes, file: exchanged]), .damageOr(replaced + back),
            "\(file) and \(other) exchanged")
        }
      }
    }
    print("misplaced files, \(check.summary)")
    #expect(check.cases > 0)
  }

  @Test(
    "P3: a file of another store is an error or harmless", arguments: GoldenStore.all.map(\.name))
  func foreign(name: String) throws {
    let golden = try #require(GoldenStore.named(name))
    var check = RotCheck(golden)
    for other in GoldenStore.all where other.name != name {
      for file in other.fileNames {
        try check.check(
          golden.disk([file: other.files[file]]), .damageOr([golden.state]),
          "\(file) of \(other.name)")
      }
    }
    print("foreign files, \(check.summary)")
    #expect(check.errors > 0)
  }
}
