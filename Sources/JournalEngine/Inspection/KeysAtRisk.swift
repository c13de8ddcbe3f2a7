import JournalFormat

/// Keys whose newest value may lie in damaged bytes. A key that a later commit changes is out of
/// danger.
struct KeysAtRisk {
  private var keys: Set<[UInt8]> = []

  /// Adds what could be made out in damaged bytes.
  mutating func add(_ damaged: [[UInt8]]) { keys.formUnion(damaged) }

  /// Takes out what a valid record changes.
  mutating func pass(_ record: Range<Int>, of bytes: Span<UInt8>) {
    // Copying a key to look it up costs more than reading the record, and damage is rare.
    guard !keys.isEmpty else { return }
    var changes = RecordChangeReader(record: record)
    while let change = changes.next(in: bytes) {
      switch change {
      case .put(let key, _), .remove(let key):
        keys.remove([UInt8](copying: bytes.extracting(key)))
      case .removePrefix(let prefix):
        let prefix = bytes.extracting(prefix)
        keys = keys.filter { !$0.span.begins(with: prefix) }
      case .opened, .closed, .annotation:
        break
      }
    }
  }

  /// Those of `damaged` that are still in danger, each once.
  func remaining(of damaged: [[UInt8]]) -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    return damaged.filter { keys.contains($0) && seen.insert($0).inserted }
  }
}
