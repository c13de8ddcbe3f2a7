public import StateJournal
import ToolSupport

/// What a process does until it is killed: updates, and batches that span sources, each written down
/// on standard output once the storage has acknowledged it.
///
/// Call it from the `main` of a program of yours, which ``StorageUnderTest/Helper`` names.
public enum KillWorkload {
  /// Updates one stream.
  static let single = StateAddress.stream("single", of: "first")
  /// Both are updated in one batch, always to the same number.
  static let pair = [StateAddress.stream("left", of: "first"), .others("right", of: "second")]

  /// The change that step `number` makes: steps are counted from 1; odd ones update a stream, even
  /// ones a pair.
  static func changes(_ number: Int64) -> [StateChange] {
    let object: StateObject = ["n": .int(number)]
    return number.isMultiple(of: 2) ? pair.map { .update($0, object) } : [.update(single, object)]
  }

  /// Goes on from what the storage holds, for ever.
  ///
  /// - Throws: what the storage throws.
  public static func run(on storage: some StateStorage) async throws {
    var number = try await KillFinding(storage).lastStep
    while true {
      number += 1
      try await storage.apply(changes(number))
      try StandardStream.output.write("\(number)\n")
    }
  }
}

/// What is found of the workload's steps.
struct KillFinding {
  /// The number that the single stream has.
  let single: Int64
  /// The number that the pair has.
  let pair: Int64

  var lastStep: Int64 { max(single, pair) }

  init(_ storage: some StateStorage) async throws {
    single = try await storage.read(KillWorkload.single)["n"]?.int ?? 0
    var numbers: [Int64] = []
    for address in KillWorkload.pair {
      numbers.append(try await storage.read(address)["n"]?.int ?? 0)
    }
    pair = numbers[0]
    try expectEqual(numbers[1], numbers[0], "the second half of the last batch")
  }

  /// Fails when an acknowledged step is missing, or when a step is there that cannot have begun.
  func check(acknowledged: Int64) throws(ConformanceFailure) {
    let odd = acknowledged.isMultiple(of: 2) ? acknowledged - 1 : acknowledged
    let even = acknowledged - odd == 1 ? acknowledged : acknowledged - 1
    try expect(
      single >= max(odd, 0), "step \(odd) was acknowledged; the stream is at \(single)")
    try expect(pair >= max(even, 0), "step \(even) was acknowledged; the pair is at \(pair)")
    try expect(
      lastStep <= acknowledged + 1,
      "step \(lastStep) is there, and the last acknowledged one is \(acknowledged)")
  }
}
