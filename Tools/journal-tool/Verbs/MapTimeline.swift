import StateJournal

/// What the log says about time, as SVG: commits in each stretch of time, and how it grew.
struct MapTimeline {
  private static let bucketCount = 200
  private static let width = 1000.0
  private static let height = 120.0

  private struct Bucket {
    var start: Int64
    var end: Int64
    var commitCount = 0.0
    var byteCount = 0.0
  }

  private var buckets: [Bucket] = []

  /// Spreads what each stretch of the log holds over the time that it took.
  init(_ map: StoreMap) {
    let cells = map.files.filter { $0.info.kind == .segment }.flatMap(\.cells)
    guard let start = cells.compactMap(\.firstTime).min(),
      let end = cells.compactMap(\.lastTime).max()
    else { return }
    let span = max(1, Double(end) - Double(start))
    buckets = (0..<Self.bucketCount).map { index in
      let from = Double(start) + span * Double(index) / Double(Self.bucketCount)
      let to = Double(start) + span * Double(index + 1) / Double(Self.bucketCount)
      return Bucket(start: Int64(clamping: from), end: Int64(clamping: to))
    }
    for cell in cells {
      guard let first = cell.firstTime, let last = cell.lastTime else { continue }
      let low = index(of: first, start, span)
      let high = max(low, index(of: last, start, span))
      for index in low...high {
        buckets[index].commitCount += Double(cell.commitCount) / Double(high - low + 1)
        buckets[index].byteCount += Double(cell.byteCount) / Double(high - low + 1)
      }
    }
  }

  private func index(of time: Int64, _ start: Int64, _ span: Double) -> Int {
    let place = (Double(time) - Double(start)) / span * Double(Self.bucketCount)
    return min(Self.bucketCount - 1, max(0, Int(place)))
  }

  /// Bars of commits.
  var commits: String {
    let most = max(1, buckets.map(\.commitCount).max() ?? 1)
    let step = Self.width / Double(Self.bucketCount)
    let bars = buckets.enumerated().map { index, bucket in
      let height = bucket.commitCount / most * Self.height
      let tip =
        "\(Units.time(nanoseconds: bucket.start)) to \(Units.time(nanoseconds: bucket.end))"
        + "&#10;about \(Units.count(Int64(bucket.commitCount.rounded()))) commits, "
        + Units.bytes(Int64(bucket.byteCount))
      // A column of the whole height, so that the mouse meets quiet times too.
      let x = MapPage.number(Double(index) * step)
      return "<g data-tip=\"\(tip)\"><rect class=\"hit\" x=\"\(x)\""
        + " y=\"0\" width=\"\(MapPage.number(step))\" height=\"120\"/><rect class=\"column\" "
        + "x=\"\(x)\" y=\"\(MapPage.number(Self.height - height))\""
        + " width=\"\(MapPage.number(step * 0.85))\" height=\"\(MapPage.number(height))\"/></g>"
    }
    return chart(bars.joined(), label: "most: \(Units.count(Int64(most.rounded()))) commits")
  }

  /// The bytes of the log, added up.
  var growth: String {
    var sum = 0.0
    let total = max(1, buckets.reduce(0) { $0 + $1.byteCount })
    var points = "0,120"
    for (index, bucket) in buckets.enumerated() {
      sum += bucket.byteCount
      let x = Double(index + 1) * Self.width / Double(Self.bucketCount)
      points +=
        " \(MapPage.number(x)),"
        + MapPage.number(Self.height - sum / total * Self.height)
    }
    return chart(
      "<polygon class=\"growth\" points=\"\(points) 1000,120\"/>",
      label: "log: \(Units.bytes(Int64(total)))")
  }

  private func chart(_ content: String, label: String) -> String {
    guard let first = buckets.first, let last = buckets.last else {
      return "<p>The log holds no commits.</p>"
    }
    return """
      <svg class="chart" viewBox="0 0 1000 120" preserveAspectRatio="none">\(content)</svg>
      <p class="axis"><span>\(Units.time(nanoseconds: first.start))</span><span>\(label)</span>\
      <span>\(Units.time(nanoseconds: last.end))</span></p>
      """
  }
}

extension Int64 {
  fileprivate init(clamping value: Double) {
    self = Int64(Swift.max(-9.2e18, Swift.min(value, 9.2e18)))
  }
}
