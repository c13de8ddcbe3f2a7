import StorageSimulator
import Testing

/// Bytes that change where they are. `JOURNAL_ROT_STRIDE=1` tries every bit, length and run; the
/// default a part of them, another one of each file.
@Suite("Rot in place")
struct RotInPlaceTests {
  @Test("All shapes were written, and read as they were written")
  func golden() throws {
    #expect(GoldenStore.all.count == 8)
    for golden in GoldenStore.all {
      var check = RotCheck(golden)
      let end = golden.records[golden.readSegments.last ?? ""]?.last?.range.upperBound
      try check.check(
        golden.disk(), golden.isTorn ? .prefix(golden.lastSequence, tornAt: end) : .same,
        "as it was")
      #expect(check.errors == 0)
    }
    let names = GoldenStore.all.flatMap(\.fileNames)
    #expect(Set(names).count >= 20)
  }

  @Test(
    "P3, P9: a flipped bit is an error, harmless, or a tail that nobody vouches for",
    arguments: GoldenStore.all.map(\.name))
  func bits(name: String) throws {
    try attack(name, "flipped bits", tries: 25, casesPerByte: 8) { bytes, bit in
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
  }

  @Test(
    "P3, P9: a file that is cut is an error, harmless, or ends before a tail nobody vouches for",
    arguments: GoldenStore.all.map(\.name))
  func cuts(name: String) throws {
    try attack(name, "cuts", tries: 10) { bytes, length in
      bytes.removeLast(bytes.count - length)
    }
  }

  @Test(
    "P3, P9: 512 bytes of zeros are an error, harmless, or a tail that nobody vouches for",
    arguments: GoldenStore.all.map(\.name))
  func zeros(name: String) throws {
    try attack(name, "zeroed runs", tries: 5) { bytes, start in
      for index in start..<min(start + 512, bytes.count) { bytes[index] = 0 }
    }
  }

  /// Makes each change, by its number, to each file of a store.
  private func attack(
    _ name: String, _ what: String, tries: Int, casesPerByte: Int = 1,
    _ change: (inout [UInt8], Int) -> Void
  ) throws {
    let golden = try #require(GoldenStore.named(name))
    var check = RotCheck(golden)
    for file in golden.fileNames {
      let bytes = golden.files[file] ?? []
      let count = bytes.count * casesPerByte
      for number in stride(from: 0, to: count, by: RotStride.of(count, tries: tries)) {
        var rotten = bytes
        change(&rotten, number)
        try check.check(
          golden.disk([file: rotten]), golden.expectation(file, became: rotten),
          "\(what), number \(number) of \(file)")
      }
    }
    print("\(what), \(check.summary)")
    #expect(check.errors > 0 && check.cases >= tries)
  }
}
