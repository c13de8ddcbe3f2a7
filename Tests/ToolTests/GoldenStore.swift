import Foundation

/// A small store of format version 1 as it lies in `Fixtures/Store`: two generations, a label, a reason,
/// a removal. Host, program, times and sizes in it are the same everywhere.
enum GoldenStore {
  static let fixtures =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// Puts a copy where the store of a bench is.
  static func copy(to bench: JournalToolBench) throws {
    try FileManager.default.copyItem(
      atPath: fixtures.appendingPathComponent("Store").path, toPath: bench.store)
  }
}
