import StateJournal
import Testing

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Random operations on a storage and on a dictionary, on a machine that fails and crashes.
/// `JOURNAL_MODEL_SEEDS` sets how many seeds are run, `JOURNAL_MODEL_OPERATIONS` how long each run
/// is, and `JOURNAL_MODEL_FIRST_SEED` where they begin.
@Suite("A storage beside a dictionary")
struct ModelTests {
  static func setting(_ name: String, _ standard: UInt64) -> UInt64 {
    guard let text = unsafe getenv(name) else { return standard }
    return UInt64(unsafe String(cString: text)) ?? standard
  }

  @Test("P1, P2, P4, P5, P6: it holds what the dictionary holds, whatever happens on the way")
  func random() {
    let first = Self.setting("JOURNAL_MODEL_FIRST_SEED", 1)
    let seedCount = Self.setting("JOURNAL_MODEL_SEEDS", 12)
    let operationCount = Int(Self.setting("JOURNAL_MODEL_OPERATIONS", 100))
    for seed in first..<(first + seedCount) {
      let script = ModelScript(seed: seed, operationCount: operationCount)
      guard script.run() != nil else { continue }
      let short = script.shrunk()
      Issue.record("\(short.run()?.description ?? "not again")\n\(short)")
      return
    }
    print("\(seedCount) seeds, \(seedCount * UInt64(operationCount)) operations")
  }
}
