import JournalEngine

/// Whose bytes there are in a cell. Only so many sources are told apart: the busiest one is among the
/// first that appear wherever it matters.
struct SourceBytes {
  private static let maximumCount = 64

  /// Keys of sources, each with its end, and their bytes.
  private var counted: [(source: [UInt8], byteCount: Int)] = []
  /// Neighbours in a log often share their source.
  private var last = 0

  mutating func add(_ key: Span<UInt8>, byteCount: Int) {
    guard !StateKeyCoding.isReserved(key), let end = StateKeyCoding.endOfSource(key) else { return }
    let source = key.extracting(0..<end)
    if counted.indices.contains(last), has(source, at: last) {
      counted[last].byteCount += byteCount
      return
    }
    for index in counted.indices where has(source, at: index) {
      counted[index].byteCount += byteCount
      last = index
      return
    }
    if counted.count >= Self.maximumCount { return }
    last = counted.count
    counted.append(([UInt8](copying: source), byteCount))
  }

  private func has(_ source: Span<UInt8>, at index: Int) -> Bool {
    let known = counted[index].source
    return known.span.hasSameBytes(as: source)
  }

  /// The source with most bytes since the last call.
  mutating func takeBusiest() -> String? {
    defer { counted.removeAll(keepingCapacity: true) }
    let busiest = counted.max { left, right in
      left.byteCount == right.byteCount
        ? right.source.span.precedes(left.source.span) : left.byteCount < right.byteCount
    }
    guard let source = busiest?.source else { return nil }
    return (try? StateKeyCoding.source(of: source.span))?.source
  }
}
